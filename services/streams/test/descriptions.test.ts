import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { heldThreads } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
/** Whose threads hold what they are to make until they are let go. */
let slow: Fixture
const threads = heldThreads()

beforeAll(async () => {
  f = await fixture()
  slow = await fixture({}, true, threads.start)
})
beforeEach(() => threads.holdAgain())
afterAll(async () => {
  threads.letGo()
  await f[Symbol.asyncDispose]()
  await slow[Symbol.asyncDispose]()
})

interface Two {
  readonly org: OrgId
  readonly ada: Person
  readonly guest: Person
}
async function two(at: Fixture): Promise<Two> {
  const org = await at.organisation()
  return { org, ada: await at.person(org, role.admin), guest: await at.person(org, role.guest) }
}
const create = (at: Fixture, who: Person, name: string, description: string) =>
  at.call(who, 'create-channel', { name, description, subscribers: [] })
const Subscribed = z.object({
  subscriptions: z.array(z.object({ description: z.string(), rendered_description: z.string() })),
})
const formula = expect.stringContaining('<span class="katex">') as string

test('formulas are typeset in descriptions of channels and folders, made and changed', async () => {
  const { ada } = await two(f)
  const { body: made } = await create(f, ada, 'maths', 'about $$x^2$$')
  const read = async () => (await f.ok(ada, 'get-channel', { stream_id: made['id'] }))['stream']
  expect(await read()).toMatchObject({ description: 'about $$x^2$$', rendered_description: formula })
  await f.ok(ada, 'update-channel', { stream_id: made['id'], description: 'plain' })
  expect(await read()).toMatchObject({ rendered_description: '<p>plain</p>' })
  await f.ok(ada, 'update-channel', { stream_id: made['id'], description: '$$y$$' })
  expect(await read()).toMatchObject({ description: '$$y$$', rendered_description: formula })

  const folder = await f.ok(ada, 'create-channel-folder', { name: 'one', description: '$$x$$' })
  const { channel_folder_id } = folder
  const folders = async () => (await f.ok(ada, 'get-channel-folders'))['channel_folders']
  expect(await folders()).toMatchObject([{ rendered_description: formula }])
  await f.ok(ada, 'update-channel-folder', { channel_folder_id, description: 'plain' })
  expect(await folders()).toMatchObject([{ rendered_description: '<p>plain</p>' }])
  await f.ok(ada, 'update-channel-folder', { channel_folder_id, description: '$$z$$' })
  expect(await folders()).toMatchObject([{ description: '$$z$$', rendered_description: formula }])
})

test('and in those of several channels that one request makes, each its own, up to fifty', async () => {
  const { ada } = await two(f)
  const wanted = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `c ${i}`, description: `$$x_{${i}}$$` }))
  const subscribing = (count: number) =>
    f.call(ada, 'subscribe', { subscriptions: [...wanted(count), { name: 'plain', description: 'plain' }] })
  expect((await subscribing(51)).body).toMatchObject({
    msg: 'Too many texts with code or formulas at once (limit: 50)',
  })
  expect((await f.ok(ada, 'list-subscriptions'))['subscriptions']).toEqual([])
  expect((await subscribing(50)).status).toBe(200)
  const { subscriptions } = Subscribed.parse(await f.ok(ada, 'list-subscriptions'))
  const shown = new Map(subscriptions.map((one) => [one.description, one.rendered_description]))
  expect(shown.size).toBe(51)
  expect(shown.get('plain')).toBe('<p>plain</p>')
  for (const [i, { description }] of wanted(50).entries())
    expect(shown.get(description)).toContain(`>x_{${i}}</annotation>`)
})

test('while its formulas are made a change holds neither a connection nor the organisation’s turn', async () => {
  const { ada } = await two(slow)
  const waiting = create(slow, ada, 'maths', '$$x$$')
  await threads.isHeld()
  const open = await slow.database.superuser(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
  )
  expect(open).toEqual([])
  expect((await create(slow, ada, 'garden', 'plain')).status).toBe(200)
  // Somebody else makes one of that name first.
  const second = create(slow, ada, 'MATHS', 'plain')
  expect((await second).status).toBe(200)
  threads.letGo()
  expect((await waiting).body).toMatchObject({ code: 'CHANNEL_ALREADY_EXISTS' })
})

test('for who may not describe a channel nothing is made', async () => {
  const { ada, guest } = await two(slow)
  const { body } = await create(slow, ada, 'garden', 'plain')
  const described = { stream_id: body['id'], description: '$$x$$' }
  expect((await slow.call(guest, 'update-channel', described)).status).toBe(400)
  expect((await slow.call(guest, 'update-channel', { ...described, stream_id: 999 })).status).toBe(400)
  expect((await create(slow, guest, 'maths', '$$x$$')).status).toBe(400)
  expect(threads.taken()).toBe(0)
})
