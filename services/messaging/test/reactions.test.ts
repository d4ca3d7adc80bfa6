import { FetchedMessage } from '@parley/api'
import { role } from '@parley/access'
import { reactionChanged } from '@parley/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let open: Channel
let secret: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  open = await here.channel({ name: 'open' })
  secret = await here.channel({ name: 'secret', protected: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(secret, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (user: number, to: Channel | number[]): Promise<number> =>
  z.object({ id: z.int() }).parse(
    await one.ask(user, 'send-message', {
      content: 'x',
      ...('id' in to ? { type: 'channel', to: to.id, topic: 'tea' } : { type: 'direct', to }),
    }),
  ).id
const react = (user: number, id: number, fields: Record<string, unknown> = { emoji_name: 'tada' }) =>
  outcome(one.ask(user, 'add-reaction', fields, { path: { message_id: String(id) } }))
const unreact = (user: number, id: number, fields: Record<string, unknown> = { emoji_name: 'tada' }) =>
  outcome(one.ask(user, 'remove-reaction', fields, { path: { message_id: String(id) } }))
const messageOf = async (user: number, id: number): Promise<FetchedMessage> => {
  const answer = await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })
  return z.object({ message: FetchedMessage }).parse(answer).message
}
const Log = z.object({
  type: z.string(),
  body: reactionChanged.open.body,
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})
const lastEvent = async () =>
  Log.parse(
    (
      await here.test.superuser(
        'SELECT type, body, user_ids, channel_id FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT 1',
        [here.org],
      )
    )[0],
  )
const invalid = { code: 'BAD_REQUEST', msg: 'Invalid message(s)' }
const tada = { emoji_name: 'tada', emoji_code: '1f389', reaction_type: 'unicode_emoji' }

describe('a reaction', () => {
  test('comes and goes, and stands in the message meanwhile', async () => {
    const id = await say(ann, open)
    const answer = await react(bob, id)
    expect(answer).toEqual({})
    expect(faultsOf('POST', '/messages/{message_id}/reactions', answer)).toEqual([])
    expect((await messageOf(ann, id)).reactions).toEqual([{ ...tada, user_id: bob }])
    expect(await lastEvent()).toEqual({
      type: 'reaction.changed',
      body: { op: 'add', message_id: id, ...tada, user_id: bob, email: `u${bob}@x.org`, full_name: 'Bob' },
      user_ids: [],
      channel_id: open.id,
    })
    expect(await react(bob, id)).toEqual({
      code: 'REACTION_ALREADY_EXISTS',
      msg: 'Reaction already exists.',
    })
    expect(await unreact(ann, id)).toEqual({
      code: 'REACTION_DOES_NOT_EXIST',
      msg: "Reaction doesn't exist.",
    })
    const gone = await unreact(bob, id, { emoji_code: '1f389', reaction_type: 'unicode_emoji' })
    expect(faultsOf('DELETE', '/messages/{message_id}/reactions', gone)).toEqual([])
    expect((await lastEvent()).body).toMatchObject({ op: 'remove', ...tada, user_id: bob })
    expect((await messageOf(ann, id)).reactions).toEqual([])
  })

  test('keeps the name that the first one gave it', async () => {
    const id = await say(ann, open)
    await react(ann, id, { emoji_name: 'thumbsup' })
    const [first] = (await messageOf(ann, id)).reactions
    await react(bob, id, { ...first, emoji_name: 'anything' })
    expect((await messageOf(ann, id)).reactions.map((r) => [r.emoji_name, r.user_id])).toEqual([
      ['thumbsup', ann],
      ['thumbsup', bob],
    ])
  })

  test('many different ones are refused', async () => {
    const id = await say(ann, open)
    await here.test.superuser(
      `INSERT INTO messaging.reactions (org_id, message_id, user_id, reaction_type, emoji_code, emoji_name)
       SELECT $1, $2, $3, 'realm_emoji', n, n FROM generate_series(1, 100) AS n`,
      [here.org, id, ann],
    )
    expect(await react(bob, id)).toMatchObject({ code: 'BAD_REQUEST' })
    expect(
      await react(bob, id, { emoji_name: 'own', emoji_code: '7', reaction_type: 'realm_emoji' }),
    ).toEqual({})
  })

  test('two at once of one reader leave one', async () => {
    const id = await say(ann, open)
    const answers = await Promise.all([react(bob, id), react(bob, id)])
    expect(answers.filter((answer) => Object.keys(Object(answer) as object).length === 0)).toHaveLength(1)
    expect((await messageOf(ann, id)).reactions).toHaveLength(1)
  })

  test('makes a message from before one’s time one’s own, and read', async () => {
    const id = await say(ann, open)
    const eve = await here.user()
    await react(eve, id)
    expect((await messageOf(eve, id)).flags).toEqual(['read', 'historical'])
    // From here on they are told of what happens to it, though they are not in the channel.
    expect((await lastEvent()).user_ids).toEqual([eve])
    await react(bob, id)
    expect((await lastEvent()).user_ids).toEqual([eve])
  })

  test('is told to the people of a conversation', async () => {
    const id = await say(ann, [bob])
    await react(bob, id)
    expect(await lastEvent()).toMatchObject({ user_ids: [ann, bob].sort((a, b) => a - b), channel_id: null })
    expect(await react(cid, id)).toEqual(invalid)
  })

  test('is told only to whom the message came where history is kept from others', async () => {
    const id = await say(ann, secret)
    await here.subscribe(secret, cid)
    expect(await react(cid, id)).toEqual(invalid)
    await react(ann, id)
    expect(await lastEvent()).toMatchObject({
      type: 'reaction.changed-within',
      user_ids: [ann, bob].sort((a, b) => a - b),
      channel_id: secret.id,
    })
    await here.unsubscribe(secret, bob)
    await react(ann, id, { emoji_name: 'smile' })
    expect((await lastEvent()).user_ids).toEqual([ann])
    expect(await unreact(bob, id)).toEqual(invalid)
  })

  test('is told in a public channel to members who left, not to guests who did', async () => {
    const guest = await here.user({ role: role.guest })
    const gone = await here.user()
    await here.subscribe(open, guest, gone)
    const id = await say(ann, open)
    await here.unsubscribe(open, guest, gone)
    await react(ann, id)
    expect((await lastEvent()).user_ids).toEqual([gone])
    expect(await react(guest, id)).toEqual(invalid)
  })

  test('is told in a private channel with shared history to its subscribers', async () => {
    const shared = await here.channel({ private: true })
    await here.subscribe(shared, ann, bob)
    const id = await say(ann, shared)
    await here.unsubscribe(shared, bob)
    await react(ann, id)
    expect(await lastEvent()).toMatchObject({ type: 'reaction.changed', user_ids: [], channel_id: shared.id })
  })

  test('ends with the channel', async () => {
    const old = await here.channel()
    await here.subscribe(old, ann)
    const id = await say(ann, old)
    await here.archive(old)
    expect(await react(ann, id)).toEqual(invalid)
    expect(await react(ann, 987_654)).toEqual(invalid)
  })
})
