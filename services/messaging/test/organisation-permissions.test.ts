import { role } from '@parley/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let owner: number
let mod: number
let ann: number
let bob: number
let guest: number
let bot: number
let open: Channel
let crowd: Channel
/** What happens just before the next messages are written. */
let meanwhile: (() => Promise<void>) | null = null

beforeAll(async () => {
  here = await world()
  one = await here.instance({
    write: (write) => async (org, encoded) => {
      const happens = meanwhile
      meanwhile = null
      await happens?.()
      return write(org, encoded)
    },
  })
  owner = await here.user({ role: role.owner })
  mod = await here.user({ role: role.moderator })
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  guest = await here.user({ role: role.guest })
  bot = await here.user({ name: 'Bot', botOwner: ann })
  open = await here.channel({ name: 'open' })
  crowd = await here.channel({ name: 'crowd' })
  await here.subscribe(open, owner, mod, ann, bob, guest)
  const many: number[] = []
  for (let i = 0; i < 15; i++) many.push(await here.user())
  await here.subscribe(crowd, owner, mod, ann, guest, ...many)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const everyone = 2
const members = 3
const moderators = 5
const nobody = 8
beforeEach(() =>
  here.give({
    can_delete_any_message_group: 6,
    can_delete_own_message_group: everyone,
    can_mention_many_users_group: 6,
    can_move_messages_between_topics_group: everyone,
    can_resolve_topics_group: everyone,
    direct_message_initiator_group: everyone,
    direct_message_permission_group: everyone,
  }),
)

type To = Channel | readonly number[]
const send = (user: number, to: To, content = 'x') =>
  one.ask(user, 'send-message', {
    content,
    ...('id' in to ? { type: 'channel', to: to.id, topic: 'tea' } : { type: 'direct', to }),
  })
const say = async (user: number, to: To, content?: string): Promise<number> =>
  z.object({ id: z.int() }).parse(await send(user, to, content)).id
const tries = async (work: Promise<unknown>): Promise<unknown> => {
  const answer = z.looseObject({ msg: z.string().optional() }).parse(await outcome(work))
  return answer.msg ?? 'done'
}
const at = (id: number) => ({ path: { message_id: String(id) } })
const remove = (user: number, id: number) => tries(one.ask(user, 'delete-message', {}, at(id)))

describe('direct messages', () => {
  const disabled = 'Direct messages are disabled in this organization.'
  const unauthorized = 'This conversation does not include any users who can authorize it.'
  const notBegun = 'You do not have permission to initiate direct message conversations.'

  test('go where somebody in the conversation permits it, whoever sends', async () => {
    await here.give({ direct_message_permission_group: moderators })
    expect(await tries(send(ann, [bob]))).toBe(unauthorized)
    expect(await tries(send(guest, [ann, bob]))).toBe(unauthorized)
    expect(await tries(send(ann, [mod]))).toBe('done')
    expect(await tries(send(guest, [ann, owner]))).toBe('done')
    await here.give({ direct_message_permission_group: await here.naming(bob) })
    expect(await tries(send(ann, [bob]))).toBe('done')
    expect(await tries(send(owner, [ann]))).toBe(unauthorized)
  })

  test('with bots, by bots and to oneself go anyway; nobody else’s where nobody permits them', async () => {
    await here.give({ direct_message_permission_group: nobody, direct_message_initiator_group: nobody })
    expect(await tries(send(owner, [ann]))).toBe(disabled)
    expect(await tries(send(ann, [bot, bob]))).toBe(disabled)
    for (const [user, to] of [
      [ann, [ann]],
      [guest, [bot]],
      [bot, [bob]],
    ] as const)
      expect(await tries(send(user, to))).toBe('done')
  })

  test('are begun by who may, and then go on, until nothing is left of what was said', async () => {
    const cid = await here.user({ role: role.guest })
    await here.give({ direct_message_initiator_group: moderators })
    expect(await tries(send(cid, [mod]))).toBe(notBegun)
    const said = [await say(mod, [cid]), await say(cid, [mod])]
    // Another conversation is another.
    expect(await tries(send(cid, [mod, ann]))).toBe(notBegun)
    expect(await Promise.all([mod, cid].map((user, i) => remove(user, said[i] ?? 0)))).toEqual([
      'done',
      'done',
    ])
    expect(await tries(send(cid, [mod]))).toBe(notBegun)
  })

  test('are held against the permission of the moment in which they are written', async () => {
    expect(await tries(send(ann, [bob]))).toBe('done')
    meanwhile = () => here.give({ direct_message_permission_group: moderators })
    expect(await tries(send(ann, [bob]))).toBe(unauthorized)
    meanwhile = () => here.give({ direct_message_permission_group: everyone })
    expect(await tries(send(mod, [bob]))).toBe('done')
    expect(await tries(send(ann, [bob]))).toBe('done')
  })
})

test('MD-10 many are mentioned at once by whom the organisation lets, in a new text and in a changed one', async () => {
  const refused = 'You do not have permission to use channel wildcard mentions in this channel.'
  expect(await tries(send(ann, crowd, '@**all**'))).toBe(refused)
  const plain = await say(ann, crowd)
  const edit = () => tries(one.ask(ann, 'update-message', { content: '@**all** now' }, at(plain)))
  expect(await edit()).toBe(refused)
  await here.give({ can_mention_many_users_group: await here.naming(ann) })
  expect(await tries(send(ann, crowd, '@**all**'))).toBe('done')
  expect(await edit()).toBe('done')
  expect(await tries(send(owner, crowd, '@**all**'))).toBe(refused)
  await here.give({ can_mention_many_users_group: members })
  expect(await tries(send(guest, crowd, '@**all**'))).toBe(refused)
  await here.give({ can_mention_many_users_group: everyone })
  expect(await tries(send(guest, crowd, '@**all**'))).toBe('done')
})

test('topics are moved and resolved by whom the organisation lets', async () => {
  const refused = "You don't have permission to edit this message"
  const unresolved = "You don't have permission to resolve topics."
  const move = (user: number, id: number, topic: string) =>
    tries(one.ask(user, 'update-message', { topic }, at(id)))
  const id = await say(ann, open)
  await here.give({ can_move_messages_between_topics_group: moderators })
  expect(await move(ann, id, 'cake')).toBe(refused)
  expect(await move(guest, id, 'cake')).toBe(refused)
  expect(await move(ann, id, '✔ tea')).toBe('done')
  expect(await move(mod, id, 'cake')).toBe('done')
  // Administrators anyway.
  expect(await move(owner, id, 'tea')).toBe('done')
  await here.give({ can_move_messages_between_topics_group: everyone, can_resolve_topics_group: moderators })
  expect(await move(ann, id, '✔ tea')).toBe(unresolved)
  expect(await move(guest, id, 'cake')).toBe('done')
  expect(await move(mod, id, '✔ cake')).toBe('done')
  await here.give({ can_resolve_topics_group: nobody })
  expect(await move(owner, id, 'cake')).toBe(unresolved)
})

test('messages are deleted by whom the organisation lets', async () => {
  const refused = "You don't have permission to delete this message"
  await here.give({ can_delete_own_message_group: moderators })
  const [ofAnn, ofMod, ofGuest] = [await say(ann, open), await say(mod, open), await say(guest, open)]
  expect(await remove(ann, ofAnn)).toBe(refused)
  expect(await remove(guest, ofGuest)).toBe(refused)
  expect(await remove(mod, ofMod)).toBe('done')
  expect(await remove(owner, ofGuest)).toBe('done')
  await here.give({ can_delete_any_message_group: await here.naming(bob, guest) })
  expect(await remove(owner, ofAnn)).toBe(refused)
  // Guests may never hold it.
  expect(await remove(guest, ofAnn)).toBe(refused)
  expect(await remove(bob, ofAnn)).toBe('done')
})
