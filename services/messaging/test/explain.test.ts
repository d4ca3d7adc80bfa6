import { role } from '@parley/access'
import { explainAccess as declared, type ExplainedAccess } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import explainAccess from '../src/routes/explain-access.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let admin: number
let secret: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  admin = await here.user({ name: 'Ada', role: role.admin })
  secret = await here.channel({ private: true })
  await here.subscribe(secret, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const explain = async (user: number, kind: 'channel' | 'message', id: number): Promise<ExplainedAccess> =>
  declared.response.parse(
    await explainAccess.handler({
      input: { org: here.org, user, kind, id },
      ctx: one.ctx,
      signal: new AbortController().signal,
    }),
  )
const verdicts = async (user: number, kind: 'channel' | 'message', id: number) =>
  Object.fromEntries(
    (await explain(user, kind, id)).decisions.map(({ action, verdict, reason }) => [
      action,
      reason === null ? verdict : `${verdict} ${reason}`,
    ]),
  )

test('every action on a channel is decided as a request would be, with what decided', async () => {
  expect(await explain(ann, 'channel', secret.id)).toMatchObject({
    user: { role: role.member, active: true, bot: false },
    facts: { private: true, subscribed: true, 'shared-history': true, admin: false },
  })
  expect(await verdicts(ann, 'channel', secret.id)).toMatchObject({
    'channel:read': 'allow',
    'channel:change': 'deny admins-only',
    'message:send': 'allow',
  })
  expect(await verdicts(admin, 'channel', secret.id)).toMatchObject({
    'channel:know': 'allow',
    'channel:read': 'hide unknown-channel',
    'channel:subscribe': 'deny not-subscribed',
    'message:send': 'deny not-subscribed',
  })
  const robot = await here.user({ botOwner: ann })
  expect(Object.keys(await verdicts(robot, 'channel', secret.id))).not.toContain('message:send')
})

test('and on a message', async () => {
  const { id } = z
    .object({ id: z.int() })
    .parse(await one.ask(ann, 'send-message', { type: 'channel', to: secret.id, topic: 'x', content: 'x' }))
  expect(await verdicts(ann, 'message', id)).toMatchObject({
    'message:read': 'allow',
    'message:edit': 'allow',
    'message:delete': 'allow',
  })
  expect(new Set(Object.values(await verdicts(bob, 'message', id)))).toEqual(new Set(['hide no-history']))
})

test('what is not there is said to be none', async () => {
  expect(await explain(987_654, 'channel', secret.id)).toEqual({ user: null, facts: null, decisions: [] })
  for (const kind of ['channel', 'message'] as const)
    expect(await explain(ann, kind, 987_654)).toMatchObject({ facts: null, decisions: [] })
})
