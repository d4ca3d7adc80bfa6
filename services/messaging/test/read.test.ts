import { role } from '@parley/access'
import { FetchedMessage } from '@parley/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let guest: number
let admin: number
let open: Channel
let secret: Channel
let shared: Channel
/** Ids by what was said. */
const said = new Map<string, number>()

const Fetched = z.object({
  messages: z.array(FetchedMessage),
  anchor: z.number().optional(),
  found_anchor: z.boolean().optional(),
  found_oldest: z.boolean().optional(),
  found_newest: z.boolean().optional(),
})
type Term = readonly [operator: string, operand: unknown, negated?: boolean]

async function say(user: number, content: string, fields: Record<string, unknown>): Promise<void> {
  const answer = await one.ask(user, 'send-message', { content, ...fields })
  said.set(content, z.object({ id: z.int() }).parse(answer).id)
}
const inChannel = (to: Channel, topic: string) => ({ type: 'channel', to: to.id, topic })
const toPeople = (...to: number[]) => ({ type: 'direct', to })

async function fetch(user: number, narrow: readonly Term[], fields: Record<string, unknown> = {}) {
  const answer = await one.ask(user, 'get-messages', {
    anchor: 'newest',
    num_before: 100,
    num_after: 0,
    apply_markdown: false,
    narrow: narrow.map(([operator, operand, negated = false]) => ({ operator, operand, negated })),
    ...fields,
  })
  expect(faultsOf('GET', '/messages', answer)).toEqual([])
  return Fetched.parse(answer)
}
const texts = async (user: number, narrow: readonly Term[], fields = {}): Promise<string[]> =>
  (await fetch(user, narrow, fields)).messages.map(({ content }) => content)
const refusal = (user: number, narrow: unknown) =>
  outcome(one.ask(user, 'get-messages', { anchor: 'newest', num_before: 1, num_after: 0, narrow }))
const idOf = (content: string): number => said.get(content) ?? 0

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  guest = await here.user({ name: 'Guest', role: role.guest })
  admin = await here.user({ name: 'Admin', role: role.admin })
  open = await here.channel({ name: 'open' })
  secret = await here.channel({ name: 'secret', protected: true })
  shared = await here.channel({ name: 'shared', private: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(secret, ann)
  await here.subscribe(shared, ann)
  await say(ann, 'o1', inChannel(open, 'Tea'))
  await say(ann, 's1', inChannel(secret, 'plan'))
  await say(ann, 'h1', inChannel(shared, 'old'))
  await here.subscribe(secret, bob)
  await here.subscribe(shared, bob)
  await here.subscribe(open, guest)
  await say(bob, 'o2 @**Ann**', inChannel(open, 'TEA'))
  await say(bob, 's2', inChannel(secret, 'plan'))
  await here.unsubscribe(secret, bob)
  await say(ann, 's3', inChannel(secret, 'other'))
  await here.subscribe(secret, bob)
  await say(ann, 's4', inChannel(secret, 'plan'))
  await say(bob, 'h2', inChannel(shared, 'old'))
  await say(ann, 'd1', toPeople(bob))
  await say(bob, 'd2', toPeople(ann))
  await say(cid, 'g1', toPeople(ann, bob))
  await say(ann, 'self', toPeople(ann))
  await say(bob, 'o3 @**all**', inChannel(open, ''))
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

describe('who sees what', () => {
  test('without a channel: what came to one, as far as one may still read it', async () => {
    expect(await texts(bob, [])).toEqual([
      'o1',
      'o2 @**Ann**',
      's2',
      's4',
      'h2',
      'd1',
      'd2',
      'g1',
      'o3 @**all**',
    ])
    expect(await texts(cid, [])).toEqual(['g1'])
    expect(await texts(guest, [])).toEqual(['o2 @**Ann**', 'o3 @**all**'])
  })

  test('a public channel has its whole history for members, and for guests in it', async () => {
    const all = ['o1', 'o2 @**Ann**', 'o3 @**all**']
    expect(await texts(cid, [['channel', open.id]])).toEqual(all)
    expect(await texts(guest, [['channel', 'OPEN']])).toEqual(all)
    const other = await here.user({ role: role.guest })
    expect(await refusal(other, [['channel', 'open']])).toMatchObject({ code: 'BAD_NARROW' })
  })

  test('protected history: only what came while one was there, and only while one is', async () => {
    expect(await texts(ann, [['channel', secret.id]])).toEqual(['s1', 's2', 's3', 's4'])
    expect(await texts(bob, [['channel', secret.id]])).toEqual(['s2', 's4'])
    const dan = await here.user()
    await here.subscribe(secret, dan)
    expect(await texts(dan, [['stream', 'secret']])).toEqual([])
  })

  test('shared history: all of it, for whoever is in it', async () => {
    expect(await texts(bob, [['channel', shared.id]])).toEqual(['h1', 'h2'])
    const eve = await here.user()
    await here.subscribe(shared, eve)
    expect(await texts(eve, [['channel', shared.id]])).toEqual(['h1', 'h2'])
    await here.unsubscribe(shared, eve)
    expect(await refusal(eve, [['channel', shared.id]])).toEqual(await refusal(eve, [['channel', 999_999]]))
  })

  test('an administrator knows of a private channel and reads nothing of it', async () => {
    expect(await texts(admin, [['channel', secret.id]])).toEqual([])
    expect(await texts(admin, [['channel', shared.id]])).toEqual([])
  })

  test('one message: what may not be read is as what does not exist', async () => {
    const read = (user: number, content: string) =>
      outcome(one.ask(user, 'get-message', {}, { path: { message_id: String(idOf(content)) } }))
    expect(await read(bob, 's2')).toMatchObject({ raw_content: 's2', message: { flags: ['read'] } })
    expect(await read(cid, 'o1')).toMatchObject({ message: { flags: ['read', 'historical'] } })
    const hidden: readonly [number, string][] = [
      [bob, 's1'],
      [bob, 's3'],
      [cid, 'd1'],
      [admin, 'h1'],
      [admin, 's1'],
      [bob, 'nothing'],
    ]
    for (const [user, content] of hidden)
      expect(await read(user, content)).toEqual({ code: 'BAD_REQUEST', msg: 'Invalid message(s)' })
    expect(faultsOf('GET', '/messages/{message_id}', await read(ann, 'd1'))).toEqual([])
  })

  test('named messages: those that may be read', async () => {
    const ids = [...said.values(), 999_999]
    const answer = Fetched.parse(await one.ask(cid, 'get-messages', { message_ids: ids }))
    expect(answer.messages.map(({ id }) => id)).toEqual(
      ['o1', 'o2 @**Ann**', 'g1', 'o3 @**all**'].map((content) => idOf(content)),
    )
  })
})

describe('narrows', () => {
  test.each<[string, readonly Term[], readonly string[]]>([
    [
      'topic, in any case',
      [
        ['channel', 'open'],
        ['topic', 'tEa'],
      ],
      ['o1', 'o2 @**Ann**'],
    ],
    [
      'the nameless topic',
      [
        ['channel', 'open'],
        ['topic', 'general chat'],
      ],
      ['o3 @**all**'],
    ],
    ['topic without a channel', [['topic', 'plan']], ['s1', 's2', 's4']],
    ['nameless topic, not direct messages', [['topic', '']], ['o3 @**all**']],
    [
      'not a topic',
      [
        ['channel', 'open'],
        ['topic', 'tea', true],
      ],
      ['o3 @**all**'],
    ],
    [
      'not a channel',
      [
        ['channel', 'open', true],
        ['is', 'dm', true],
      ],
      ['s1', 'h1', 's2', 's3', 's4', 'h2'],
    ],
    [
      'two channels',
      [
        ['channel', 'open'],
        ['channel', 'secret'],
      ],
      [],
    ],
    ['is:dm', [['is', 'dm']], ['d1', 'd2', 'g1', 'self']],
    ['mentioned', [['is', 'mentioned']], ['o2 @**Ann**', 'o3 @**all**']],
    [
      'not mentioned',
      [
        ['channel', 'open'],
        ['is', 'mentioned', true],
      ],
      ['o1'],
    ],
    [
      'near takes nothing away',
      [
        ['channel', 'open'],
        ['near', 1],
      ],
      ['o1', 'o2 @**Ann**', 'o3 @**all**'],
    ],
    ['alerted: nothing', [['is', 'alerted']], []],
    ['no people at all', [['dm', []]], []],
  ])('%s', async (_name, narrow, expected) => {
    expect(await texts(ann, narrow)).toEqual(expected)
  })

  test('people: exactly these', async () => {
    expect(await texts(ann, [['dm', [bob]]])).toEqual(['d1', 'd2'])
    expect(await texts(ann, [['pm-with', `u${bob}@x.org`]])).toEqual(['d1', 'd2'])
    expect(await texts(ann, [['dm', [bob, cid]]])).toEqual(['g1'])
    expect(await texts(ann, [['dm', [ann]]])).toEqual(['self'])
    expect(
      await texts(ann, [
        ['is', 'dm'],
        ['dm', [bob], true],
      ]),
    ).toEqual(['g1', 'self'])
    expect(await texts(cid, [['dm', [ann]]])).toEqual([])
  })

  test('sender and id', async () => {
    expect(await texts(ann, [['sender', bob]])).toEqual(['o2 @**Ann**', 's2', 'h2', 'd2', 'o3 @**all**'])
    expect(
      await texts(ann, [
        ['sender', `U${bob}@x.org`],
        ['channel', 'open'],
      ]),
    ).toEqual(['o2 @**Ann**', 'o3 @**all**'])
    expect(await texts(bob, [['id', idOf('s2')]])).toEqual(['s2'])
    expect(await texts(bob, [['id', String(idOf('s1'))]])).toEqual([])
  })

  test('legacy pairs are terms too', async () => {
    const answer = await one.ask(ann, 'get-messages', {
      anchor: 'newest',
      num_before: 9,
      num_after: 0,
      narrow: [
        ['stream', 'open'],
        ['topic', 'tea'],
      ],
    })
    expect(Fetched.parse(answer).messages).toHaveLength(2)
  })

  test.each([
    [[['frobnicate', 'x']], 'unknown operator frobnicate'],
    [[['is', 'purple']], "unknown 'is' operand purple"],
    [[['is', 'toString']], "unknown 'is' operand toString"],
    [[['channel', 'nowhere']], 'unknown channel'],
    [[['channel', 99_999_999_999]], 'unknown channel'],
    [[['sender', 'x@nowhere.org']], 'unknown user'],
    [[['dm', [99_999_999_999]]], 'unknown user'],
    [[['id', 'x']], 'invalid message ID'],
    [
      [
        ['channel', 'open'],
        ['is', 'dm'],
      ],
      'No message can be both a channel message and direct message',
    ],
  ])('%j is refused', async (narrow, desc) => {
    expect(await refusal(ann, narrow)).toEqual({
      code: 'BAD_NARROW',
      msg: `Invalid narrow operator: ${desc}`,
      desc,
    })
  })
})

describe('anchors', () => {
  const around = async (fields: Record<string, unknown>) => {
    const { messages, ...rest } = await fetch(ann, [['channel', 'secret']], fields)
    return { said: messages.map(({ content }) => content), ...rest }
  }

  test('a number, in the middle', async () => {
    expect(await around({ anchor: String(idOf('s2')), num_before: 1, num_after: 1 })).toMatchObject({
      said: ['s1', 's2', 's3'],
      anchor: idOf('s2'),
      found_anchor: true,
      found_oldest: false,
      found_newest: false,
    })
    expect(await around({ anchor: String(idOf('s2')), num_before: 2, num_after: 3 })).toMatchObject({
      found_oldest: true,
      found_newest: true,
    })
  })
  test('a number that is no message of the narrow', async () => {
    expect(await around({ anchor: String(idOf('h2')), num_before: 1, num_after: 1 })).toMatchObject({
      said: ['s4'],
      found_anchor: false,
      found_newest: true,
    })
  })
  test('excluded at an end', async () => {
    expect(
      await around({ anchor: String(idOf('s2')), num_before: 0, num_after: 1, include_anchor: false }),
    ).toMatchObject({ said: ['s3'], found_anchor: false })
  })
  test('oldest and newest', async () => {
    expect(await around({ anchor: 'oldest', num_before: 0, num_after: 2 })).toMatchObject({
      said: ['s1', 's2'],
      anchor: 0,
      found_oldest: true,
      found_newest: false,
    })
    expect(await around({ anchor: 'newest', num_before: 2, num_after: 0 })).toMatchObject({
      said: ['s3', 's4'],
      anchor: 10_000_000_000_000_000,
      found_oldest: false,
      found_newest: true,
    })
  })
  test('first unread; where nothing is, beyond everything', async () => {
    const bobs = await fetch(bob, [['is', 'dm']], { anchor: 'first_unread', num_before: 1, num_after: 1 })
    expect(bobs).toMatchObject({ anchor: idOf('d1'), found_anchor: true })
    expect(bobs.messages.map(({ content }) => content)).toEqual(['d1', 'd2'])
    const legacy = { anchor: '0', use_first_unread_anchor: true, num_before: 0, num_after: 0 }
    expect(await fetch(bob, [['is', 'dm']], legacy)).toMatchObject({ anchor: idOf('d1') })
    expect(await around({ anchor: 'first_unread', num_before: 1, num_after: 1 })).toMatchObject({
      anchor: idOf('s2'),
    })
    expect(await fetch(ann, [['dm', [ann]]], { anchor: 'first_unread' })).toMatchObject({
      anchor: 10_000_000_000_000_000,
      found_anchor: false,
    })
  })
  test('a date: the first that was sent then or later; where there is none, beyond everything', async () => {
    const by = (anchor_date: string) => around({ anchor: 'date', anchor_date, num_before: 1, num_after: 1 })
    expect(await by('0000-01-01')).toMatchObject({
      said: ['s1', 's2'],
      anchor: idOf('s1'),
      found_oldest: true,
    })
    expect(await by('9999-12-31T23:59:59Z')).toMatchObject({
      said: ['s4'],
      anchor: 10_000_000_000_000_000,
      found_newest: true,
    })
  })
  test.each([
    [{ num_before: 3_000, num_after: 2_001 }, 'Too many messages requested (maximum 5000).'],
    [{ include_anchor: false, num_after: 1 }, 'The anchor can only be excluded at an end of the range'],
    [{ anchor: 'here' }, 'Invalid anchor'],
    [{ message_ids: [1] }, 'Unsupported parameter combination: num_before, num_after, anchor, message_ids'],
  ])('%j is refused', async (fields, msg) => {
    const given = { anchor: 'newest', num_before: 1, num_after: 0, ...fields }
    expect(await outcome(one.ask(ann, 'get-messages', given))).toMatchObject({ msg })
  })
  test('what is missing is named', async () => {
    expect(await outcome(one.ask(ann, 'get-messages', { num_before: 1, num_after: 1 }))).toMatchObject({
      msg: "Missing 'anchor' argument",
      var_name: 'anchor',
    })
    expect(await outcome(one.ask(ann, 'get-messages', { anchor: 'newest', num_after: 1 }))).toMatchObject({
      msg: "Missing 'num_before' argument",
    })
  })
})

describe('message objects', () => {
  const only = async (user: number, content: string, fields = {}) =>
    (await fetch(user, [['id', idOf(content)]], fields)).messages[0]

  test('of a channel', async () => {
    expect(await only(ann, 'o2 @**Ann**', { apply_markdown: true })).toEqual({
      id: idOf('o2 @**Ann**'),
      sender_id: bob,
      sender_email: `u${bob}@x.org`,
      sender_full_name: 'Bob',
      sender_realm_str: 'acme',
      avatar_url: `/avatar/${bob}?version=1`,
      client: 'website',
      content: `<p>o2 <span class="user-mention" data-user-id="${ann}">@Ann</span></p>`,
      content_type: 'text/html',
      timestamp: 1767312000,
      type: 'stream',
      display_recipient: 'open',
      stream_id: open.id,
      subject: 'TEA',
      topic_links: [],
      recipient_id: expect.any(Number) as number,
      is_me_message: false,
      reactions: [],
      submessages: [],
      flags: ['mentioned'],
    })
  })
  test('of people', async () => {
    expect(await only(ann, 'd1', { client_gravatar: false })).toMatchObject({
      type: 'private',
      subject: '',
      avatar_url: `/avatar/${ann}?version=1`,
      content_type: 'text/x-markdown',
      display_recipient: [
        { id: ann, email: `u${ann}@x.org`, full_name: 'Ann', is_mirror_dummy: false },
        { id: bob, email: `u${bob}@x.org`, full_name: 'Bob', is_mirror_dummy: false },
      ],
      flags: ['read'],
    })
  })
  test('the nameless topic and the wildcard', async () => {
    expect(await only(ann, 'o3 @**all**')).toMatchObject({
      subject: 'general chat',
      flags: ['stream_wildcard_mentioned', 'wildcard_mentioned'],
    })
    expect(await only(ann, 'o3 @**all**', { allow_empty_topic_name: true })).toMatchObject({ subject: '' })
  })
})

describe('topics', () => {
  const topics = async (user: number, channel: Channel) =>
    outcome(one.ask(user, 'get-stream-topics', {}, { path: { stream_id: String(channel.id) } }))

  test('newest first, in their latest spelling', async () => {
    expect(await topics(cid, open)).toEqual({
      topics: [
        { name: 'general chat', max_id: idOf('o3 @**all**') },
        { name: 'TEA', max_id: idOf('o2 @**Ann**') },
      ],
    })
  })
  test('protected history: those that one has messages of', async () => {
    expect(await topics(ann, secret)).toMatchObject({ topics: [{ name: 'plan' }, { name: 'other' }] })
    expect(await topics(bob, secret)).toEqual({ topics: [{ name: 'plan', max_id: idOf('s4') }] })
  })
  test('a channel that may not be read is as none', async () => {
    const invalid = { code: 'BAD_REQUEST', msg: 'Invalid channel ID' }
    expect(await topics(cid, secret)).toEqual(invalid)
    expect(await topics(admin, secret)).toEqual(invalid)
    expect(await topics(ann, { id: 99_999_999_999, name: '' })).toEqual(invalid)
  })
})

test('rendering without sending', async () => {
  expect(
    await one.ask(ann, 'render-message', { content: '@**Bob** in #**open** and #**secret**' }),
  ).toMatchObject({ rendered: expect.stringContaining(`data-stream-id="${secret.id}"`) as string })
  expect(await one.ask(cid, 'render-message', { content: '#**secret**' })).toEqual({
    rendered: '<p>#<strong>secret</strong></p>',
  })
})
