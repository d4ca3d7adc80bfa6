import { role } from '@parley/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let general: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  general = await here.channel({ name: 'General', creator: ann })
  await here.subscribe(general, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Sent = z.object({ id: z.int() })
const Log = z.object({
  seq: z.coerce.number(),
  type: z.string(),
  body: z.record(z.string(), z.unknown()),
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})

const send = async (user: number, fields: Record<string, unknown>, more = {}): Promise<number> =>
  Sent.parse(await one.ask(user, 'send-message', fields, more)).id
const toGeneral = (content: string, more = {}) => ({
  type: 'stream',
  to: 'general',
  topic: 'tea',
  content,
  ...more,
})
const lastEvent = async () =>
  Log.parse(
    (
      await here.test.superuser(
        'SELECT seq, type, body, user_ids, channel_id FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT 1',
        [here.org],
      )
    )[0],
  )
const count = async (): Promise<number> =>
  Number(
    (
      await here.test.superuser('SELECT count(*) AS n FROM messaging.messages WHERE org_id = $1', [here.org])
    )[0]?.['n'],
  )

describe('to a channel', () => {
  test('by name: the message and its event', async () => {
    const id = await send(ann, toGeneral('hello **world**', { queue_id: 'q', local_id: '7.1' }))
    const event = await lastEvent()
    expect(event).toMatchObject({ type: 'message.sent', channel_id: general.id, user_ids: [] })
    expect(event.body).toMatchObject({
      message_id: id,
      sender_full_name: 'Ann',
      content: 'hello **world**',
      rendered: '<p>hello <strong>world</strong></p>',
      topic: 'tea',
      stream_name: 'General',
      queue_id: 'q',
      local_id: '7.1',
      flags: { read: [ann], mentioned: [] },
    })
    // A gateway of the version before drops it without.
    expect(event.body).toMatchObject({ gravatar: false })
  })

  test.each([
    ['by id', (c: Channel) => ({ type: 'channel', to: c.id })],
    ['by id in a list', (c: Channel) => ({ type: 'channel', to: [c.id] })],
    ['by name in a list', (c: Channel) => ({ type: 'stream', to: [c.name] })],
    ['by name as JSON', (c: Channel) => ({ type: 'stream', to: JSON.stringify(c.name) })],
    ['with subject', (c: Channel) => ({ type: 'stream', to: c.id, topic: undefined, subject: 'tea' })],
  ])('%s', async (_name, fields) => {
    const given = { ...toGeneral('x'), ...fields(general) }
    const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    await send(bob, wanted)
    expect((await lastEvent()).body).toMatchObject({ stream_id: general.id, topic: 'tea', sender_id: bob })
  })

  test('refuses in the words of the API, and writes nothing', async () => {
    const before = await count()
    const ask = (fields: Record<string, unknown>) =>
      outcome(one.ask(ann, 'send-message', { ...toGeneral('x'), ...fields }))
    expect(await ask({ content: '  \n ' })).toMatchObject({ msg: 'Message must not be empty' })
    expect(await ask({ to: 'nowhere' })).toEqual({
      code: 'STREAM_DOES_NOT_EXIST',
      msg: "Channel 'nowhere' does not exist",
      stream: 'nowhere',
    })
    expect(await ask({ to: 999_999 })).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST', stream_id: 999_999 })
    expect(
      await outcome(one.ask(ann, 'send-message', { type: 'stream', to: 'general', content: 'x' })),
    ).toMatchObject({
      msg: 'Missing topic',
    })
    expect(await ask({ to: [1, 2] })).toMatchObject({ msg: 'Expected exactly one channel' })
    expect(await ask({ topic: 'a\u0001b' })).toMatchObject({
      msg: 'Invalid character in topic, at position 2!',
    })
    for (const field of ['content', 'topic', 'to', 'queue_id', 'local_id'])
      for (const text of ['a\0b', 'a\ud800b', '\udc00'])
        expect(await ask({ [field]: text })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
    expect(await ask({ type: 'shout' })).toMatchObject({ msg: 'Invalid type' })
    expect(await count()).toBe(before)
  })

  test('cuts what is too long, counting characters and not code units', async () => {
    await send(ann, toGeneral('😀'.repeat(10_001), { topic: 't'.repeat(61) }))
    const { content, topic } = z
      .object({ content: z.string(), topic: z.string() })
      .parse((await lastEvent()).body)
    expect(Array.from(content)).toHaveLength(10_000)
    expect(content.endsWith('😀\n[message truncated]')).toBe(true)
    expect(topic).toBe(`${'t'.repeat(57)}...`)
  })

  test('an archived channel is gone', async () => {
    const old = await here.channel()
    await here.subscribe(old, ann)
    await send(ann, toGeneral('x', { to: old.id }))
    await here.archive(old)
    expect(await outcome(one.ask(ann, 'send-message', toGeneral('x', { to: old.id })))).toMatchObject({
      code: 'STREAM_DOES_NOT_EXIST',
    })
  })

  test('a private channel of others is as one that does not exist; administrators know of it', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, bob)
    const admin = await here.user({ role: role.admin })
    const ask = (user: number) => outcome(one.ask(user, 'send-message', toGeneral('x', { to: secret.name })))
    expect(await ask(ann)).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
    expect(await ask(admin)).toMatchObject({ msg: `Not authorized to send to channel '${secret.name}'` })
    expect(await ask(bob)).toMatchObject({ id: expect.any(Number) as number })
  })

  test('a right just given counts at once, one just taken no longer', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, bob)
    const ask = (content: string) =>
      outcome(one.ask(ann, 'send-message', toGeneral(content, { to: secret.id })))
    expect(await ask('before')).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
    await here.subscribe(secret, ann)
    expect(await ask('in')).toMatchObject({ id: expect.any(Number) as number })
    await here.unsubscribe(secret, ann)
    expect(await ask('out')).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
    await here.subscribe(secret, ann)
    expect(await ask('in again')).toMatchObject({ id: expect.any(Number) as number })
  })

  test('changes of rights that have to do with nobody here do not fail a send', async () => {
    const first = await send(ann, toGeneral('warm'))
    await here.unrelated()
    expect(await send(ann, toGeneral('still'))).toBeGreaterThan(first)
  })

  test('a deactivated account and an old credential are told to sign in anew', async () => {
    const gone = await here.user()
    await here.subscribe(general, gone)
    await send(gone, toGeneral('x'))
    expect(await outcome(one.ask(gone, 'send-message', toGeneral('x'), { generation: 0 }))).toMatchObject({
      code: 'UNAUTHORIZED',
      stale: true,
    })
    await here.deactivate(gone)
    expect(await outcome(one.ask(gone, 'send-message', toGeneral('x')))).toMatchObject({
      code: 'UNAUTHORIZED',
      stale: true,
    })
  })

  test('a bot posts where its owner could', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, bob)
    const bot = await here.user({ botOwner: bob })
    const other = await here.user({ botOwner: ann })
    await send(bot, toGeneral('x', { to: secret.id }))
    expect(await outcome(one.ask(other, 'send-message', toGeneral('x', { to: secret.id })))).toMatchObject({
      code: 'STREAM_DOES_NOT_EXIST',
    })
  })

  test('mentions whoever is there to receive it', async () => {
    const away = await here.user({ name: 'Away' })
    const id = await send(ann, toGeneral('@**Bob** and @**Away**'))
    expect((await lastEvent()).body).toMatchObject({ flags: { mentioned: [bob, away] } })
    expect(
      await here.test.superuser('SELECT user_id FROM messaging.user_flags WHERE message_id = $1', [id]),
    ).toEqual([{ user_id: bob }])
  })

  test('@all of more than fifteen is for administrators', async () => {
    const big = await here.channel()
    const crowd = await Promise.all(Array.from({ length: 16 }, () => here.user()))
    const admin = await here.user({ role: role.admin })
    await here.subscribe(big, ann, ...crowd.slice(0, 14))
    const ask = (user: number, content: string) =>
      outcome(one.ask(user, 'send-message', toGeneral(content, { to: big.id })))
    expect(await ask(ann, '@**all** come')).toMatchObject({ id: expect.any(Number) as number })
    await here.subscribe(big, ...crowd.slice(14))
    expect(await ask(ann, '@**all** come')).toMatchObject({ code: 'STREAM_WILDCARD_MENTION_NOT_ALLOWED' })
    expect(await ask(ann, '@**topic** come')).toMatchObject({ id: expect.any(Number) as number })
    expect(await ask(ann, '`@**all**` quietly')).toMatchObject({ id: expect.any(Number) as number })
    expect(await ask(admin, '@**all** come')).toMatchObject({ id: expect.any(Number) as number })
  })
})

describe('to people', () => {
  const direct = (to: unknown, content = 'psst') => ({ type: 'private', to, content })

  test.each([
    ['by id', () => [bob]],
    ['by one bare id', () => bob],
    ['by e-mail', () => [`u${bob}@x.org`]],
    ['by a bare e-mail, in any case', () => `U${bob}@X.ORG`],
    ['naming oneself too', () => [bob, ann]],
  ])('one, %s: the same conversation', async (_name, to) => {
    await send(ann, direct(to()))
    const event = await lastEvent()
    expect(event).toMatchObject({ channel_id: null, user_ids: [ann, bob] })
    expect(event.body).toMatchObject({
      kind: 'direct',
      topic: '',
      people: [
        { id: ann, full_name: 'Ann', is_mirror_dummy: false },
        { id: bob, email: `u${bob}@x.org` },
      ],
    })
    const rows = await here.test.superuser(
      'SELECT count(DISTINCT recipient_id)::int AS n FROM messaging.recipients WHERE user_ids = $1',
      [[ann, bob]],
    )
    expect(rows).toEqual([{ n: 1 }])
  })

  test('oneself and a group', async () => {
    const cid = await here.user({ name: 'Cid' })
    await send(ann, direct([ann]))
    expect(await lastEvent()).toMatchObject({ user_ids: [ann] })
    await send(ann, direct(`u${cid}@x.org, u${bob}@x.org`))
    expect(await lastEvent()).toMatchObject({ user_ids: [ann, bob, cid].sort((a, b) => a - b) })
  })

  test('refuses in the words of the API', async () => {
    const gone = await here.user({ name: 'Gone' })
    await here.deactivate(gone)
    const ask = (to: unknown) => outcome(one.ask(ann, 'send-message', direct(to)))
    expect(await ask([bob, gone])).toMatchObject({ msg: "'Gone' is no longer using Zulip." })
    expect(await ask([bob, 999_999])).toMatchObject({ msg: 'Invalid user ID 999999' })
    expect(await ask(['x@nowhere.org'])).toMatchObject({ msg: "Invalid email 'x@nowhere.org'" })
    expect(await ask([])).toMatchObject({ msg: 'Message must have recipients' })
    expect(await ask('')).toMatchObject({ msg: 'Message must have recipients' })
    expect(await ask([{ id: 1 }])).toMatchObject({
      msg: 'Recipient list may only contain user IDs or emails',
    })
  })

  test('people of another organisation do not exist', async () => {
    await using other = await world(here.test, 'other')
    const stranger = await other.user()
    expect(await outcome(one.ask(ann, 'send-message', direct([stranger])))).toMatchObject({
      msg: `Invalid user ID ${stranger}`,
    })
  })
})

describe('idempotent', () => {
  test('the same local_id twice is one message', async () => {
    const fields = toGeneral('once', { queue_id: 'q1', local_id: '1' })
    const first = await send(ann, fields)
    const before = await count()
    expect(await send(ann, fields)).toBe(first)
    expect(await send(ann, { ...fields, to: general.id, content: 'once \n' })).toBe(first)
    expect(await count()).toBe(before)
    expect(await outcome(one.ask(ann, 'send-message', { ...fields, content: 'twice' }))).toMatchObject({
      code: 'BAD_REQUEST',
    })
    // Another queue, another sender: another message.
    expect(await send(ann, { ...fields, queue_id: 'q2' })).not.toBe(first)
    expect(await send(bob, fields)).not.toBe(first)
  })

  test('F80 twice at once, by header, over two instances', async () => {
    await using two = await here.instance()
    const more = { facts: { idempotencyKey: 'k1' } }
    const ask = (at: Instance) => at.ask(ann, 'send-message', toGeneral('at once'), more)
    const ids = new Set(
      (await Promise.all([ask(one), ask(two), ask(one), ask(two)])).map((a) => Sent.parse(a).id),
    )
    expect(ids.size).toBe(1)
  })

  test('without a key, twice is two', async () => {
    expect(await send(ann, toGeneral('again'))).not.toBe(await send(ann, toGeneral('again')))
  })
})
