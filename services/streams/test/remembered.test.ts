import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let bob: Person

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  bob = await f.person(org)
  for (const name of ['one', 'two', 'three'])
    await f.ok(owner, 'subscribe', { subscriptions: [{ name }], principals: [owner.id, ada.id] })
})
afterAll(() => f[Symbol.asyncDispose]())

const Channels = z.array(z.looseObject({ stream_id: z.int(), name: z.string() }))
const listed = async (who: Person) =>
  Channels.parse((await f.ok(who, 'list-channels', { include_all: true })).streams)
const idOf = async (name: string): Promise<number> =>
  (await listed(owner)).find((channel) => channel.name === name)?.stream_id ?? 0

test('whatever changes, a list holds what each channel is when it is asked for by itself', async () => {
  const [one, two] = [await idOf('one'), await idOf('two')]
  const change = (stream_id: number, fields: Record<string, unknown>) => () =>
    f.ok(owner, 'update-channel', { stream_id, ...fields })
  const naming = (...people: readonly Person[]) => ({
    new: { direct_members: people.map(({ id }) => id), direct_subgroups: [5] },
  })
  const seen = new Set<string>()
  for (const act of [
    async () => ({}),
    change(one, { new_name: 'uno' }),
    change(one, { description: 'The *first*, ü' }),
    change(one, { can_send_message_group: naming(ada, bob) }),
    change(two, { can_send_message_group: naming(ada, bob), can_subscribe_group: { new: 6 } }),
    change(one, { can_send_message_group: naming(ada) }),
    () => f.database.superuser('UPDATE auth.users SET is_active = false WHERE user_id = $1', [bob.id]),
    change(two, { is_private: true }),
    () => f.ok(ada, 'unsubscribe', { subscriptions: ['two'] }),
    change(one, { is_default_stream: true, message_retention_days: 30 }),
    () => f.database.superuser('UPDATE auth.users SET is_active = true WHERE user_id = $1', [bob.id]),
    change(one, { can_send_message_group: { new: 6 } }),
    change(two, { is_archived: true }),
  ] as const) {
    await act()
    for (const who of [owner, ada]) {
      const channels = await listed(who)
      seen.add(JSON.stringify(channels))
      for (const channel of channels)
        expect((await f.ok(who, 'get-channel', { stream_id: channel.stream_id })).stream).toEqual(channel)
    }
  }
  // Nearly every change showed, of which nobody is told what concerns the other alone.
  expect(seen.size).toBeGreaterThan(12)
  expect(f.context.standing.size).toBe(3)
})
