import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let guest: Person

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  guest = await f.person(org, role.guest)
})
afterAll(() => f[Symbol.asyncDispose]())

const make = async (name: string, people: readonly Person[], invite_only: boolean): Promise<number> => {
  const subscribers = people.map(({ id }) => id)
  return z.int().parse((await f.ok(ada, 'create-channel', { name, subscribers, invite_only }))['id'])
}
const ask = async (who: Person, stream_id: number, sender_id?: number) =>
  (await f.call(who, 'get-channel-email-address', { stream_id, sender_id })).body

test('who may read a channel is told that it has none', async () => {
  const open = await make('open', [], false)
  const secret = await make('secret', [ada, guest], true)
  const none = { result: 'success', email: '' }
  for (const who of [owner, ada]) expect(await ask(who, open)).toMatchObject(none)
  for (const who of [ada, guest]) expect(await ask(who, secret)).toMatchObject(none)
  // An administrator knows of it and reads nothing there.
  const refused = { msg: 'Invalid channel ID' }
  for (const [who, id] of [
    [owner, secret],
    [guest, open],
    [ada, 99_999],
  ] as const)
    expect(await ask(who, id)).toMatchObject(refused)
  await f.ok(ada, 'archive-channel', { stream_id: open })
  expect(await ask(ada, open)).toMatchObject(refused)
})

test('for oneself and one’s own bots', async () => {
  const id = await make('post', [], false)
  const bot = await f.person(org, role.member, { isBot: true, owner: ada })
  expect(await ask(ada, id, bot.id)).toMatchObject({ email: '' })
  expect(await ask(ada, id, ada.id)).toMatchObject({ email: '' })
  for (const other of [owner.id, 99_999])
    expect(await ask(ada, id, other)).toMatchObject({ msg: 'Invalid sender_id' })
  expect(await ask(owner, id, bot.id)).toMatchObject({ msg: 'Invalid sender_id' })
})
