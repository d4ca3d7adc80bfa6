import { role } from '@parley/access'
import { FetchedMessage } from '@parley/api'
import { messageSent, messageUpdated } from '@parley/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let robbie: number
let open: Channel
beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  robbie = await bot()
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const bot = (as: number = role.member) => here.user({ role: as, botOwner: ann })
const Id = z.object({ id: z.int() })
const naming = (...users: readonly number[]) => `say ${users.map((user) => `@**|${user}**`).join(' ')}`
const say = async (content: string, to: Channel = open, by = ann): Promise<number> =>
  Id.parse(await one.ask(by, 'send-message', { content, type: 'channel', to: to.id, topic: 'tea' })).id
const change = (id: number, fields: Readonly<Record<string, unknown>>) =>
  one.ask(ann, 'update-message', fields, { path: { message_id: String(id) } })
const flagsOf = async (user: number, id: number): Promise<readonly string[]> =>
  z
    .object({ message: FetchedMessage })
    .parse(await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })).message.flags
const Unread = z.object({
  unread_msgs: z.object({
    count: z.int(),
    mentions: z.array(z.int()),
    streams: z.array(z.object({ unread_message_ids: z.array(z.int()) })),
  }),
})
const unreadOf = async (user: number) => {
  const { count, mentions, streams } = Unread.parse(await snapshotOf(one, user)).unread_msgs
  return { count, mentions, ids: streams.flatMap((place) => place.unread_message_ids) }
}
const Logged = z.object({
  type: z.string(),
  body: z.looseObject({}),
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})
const newest = async (most: number) =>
  z
    .array(Logged)
    .parse(
      await here.test.superuser(
        `SELECT * FROM (SELECT * FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT $2) AS l ORDER BY seq`,
        [here.org, most],
      ),
    )
const last = async () => z.tuple([Logged]).parse(await newest(1))[0]
const held = async (user: number) =>
  here.test.superuser(
    `SELECT r.ranges::text AS ranges FROM messaging.received r
      JOIN messaging.recipients rc USING (org_id, recipient_id)
      WHERE org_id = $1 AND rc.channel_id = $2 AND user_id = $3`,
    [here.org, open.id, user],
  )

test('a bot that is mentioned where it is not has the message as if it had been there for it, and nothing else', async () => {
  const before = await say('nobody')
  const id = await say(naming(robbie, bob))
  expect(await last()).toMatchObject({ type: 'message.sent', user_ids: [robbie], channel_id: open.id })
  await say('nobody again')
  expect((await last()).user_ids).toEqual([])
  expect(await held(robbie)).toEqual([{ ranges: `{[${id},${id + 1})}` }])
  expect(await flagsOf(robbie, id)).toEqual(['mentioned'])
  expect(await unreadOf(robbie)).toEqual({ count: 1, mentions: [id], ids: [id] })
  expect(await flagsOf(robbie, before)).toEqual(['read', 'historical'])
  // People are told of nothing where they are not.
  expect(await held(bob)).toEqual([])
  expect(await flagsOf(bob, id)).toEqual(['read', 'historical'])
})

test('not one that is there, a guest, out of use or only sends, nor the server’s own; and nobody where a channel is private', async () => {
  const [inside, guest, ended, hook] = [await bot(), await bot(role.guest), await bot(), await bot()]
  const all = [inside, guest, ended, hook, here.bot]
  await here.subscribe(open, inside)
  await here.deactivate(ended)
  await here.test.superuser('UPDATE auth.users SET bot_type = 2 WHERE user_id = $1', [hook])
  const id = await say(naming(...all))
  expect((await last()).user_ids).toEqual([])
  expect(await Promise.all([guest, ended, hook, here.bot].map(held))).toEqual([[], [], [], []])
  expect(await flagsOf(inside, id)).toEqual(['mentioned'])
  for (const kind of [{ private: true }, { protected: true }]) {
    const closed = await here.channel({ ...kind, subscribe: 2 })
    await here.subscribe(closed, ann)
    await say(naming(robbie), closed)
    expect((await last()).user_ids).toEqual([])
  }
})

test('groups mention with who has the message, so they reach no bot that is not there', async () => {
  const other = await bot()
  const [row] = await here.test.superuser(
    `WITH g AS (INSERT INTO auth.user_groups (org_id, name, created_at, can_mention_group)
        VALUES ($1, 'Machines', now(), 2) RETURNING group_id)
      INSERT INTO auth.user_group_members (org_id, group_id, user_id) SELECT $1, group_id, $2 FROM g RETURNING group_id AS id`,
    [here.org, other],
  )
  expect(Id.safeParse(row).success).toBe(true)
  await here.unrelated()
  const id = await say(`@*Machines* @_**|${other}** @**all**`)
  expect((await last()).user_ids).toEqual([])
  expect(await flagsOf(other, id)).toEqual(['read', 'historical'])
})

test('of sends that are written together each reaches its own', async () => {
  const [first, second] = [await bot(), await bot()]
  const ids = await Promise.all(
    [[first], [], [second, first], [second], []].map((who) => say(naming(...who), open)),
  )
  const told = (await newest(5)).map(({ body, user_ids: users }) => [body['message_id'], users])
  expect(new Map(told as [number, number[]][])).toEqual(
    new Map([[first], [], [first, second], [second], []].map((users, i) => [ids[i], users])),
  )
  expect((await unreadOf(first)).ids).toEqual([ids[0], ids[2]].sort((a, b) => Number(a) - Number(b)))
  expect((await unreadOf(second)).mentions).toHaveLength(2)
})

test('what is sent later and what the server says reach them too', async () => {
  const at = Math.floor(one.clock.now() / 1000) + 60
  const topic = { type: 'channel', to: open.id, topic: 'tea' }
  const other = await bot()
  await one.ask(ann, 'create-scheduled-message', {
    ...topic,
    content: naming(other),
    scheduled_delivery_timestamp: at,
  })
  await deliverAll(one, (at + 1) * 1000)
  const sent = (await newest(2)).find(({ type }) => type === 'message.sent')
  expect(sent?.user_ids).toEqual([other])
  expect((await unreadOf(other)).count).toBe(1)
})

test('what mutes or alerts a bot counts of such a message as of any', async () => {
  const [muting, other] = [await bot(), await bot()]
  await here.test.superuser(
    'INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at) VALUES ($1, $2, $3, now())',
    [here.org, muting, bob],
  )
  await one.ask(other, 'add-alert-words', { alert_words: ['kettle'] })
  const [plain, named] = await Promise.all([
    say(naming(other), open, bob),
    say(`${naming(muting, other)} kettle`, open, bob),
  ])
  const bodies = (await newest(2)).map(({ body }) => messageSent.body.parse(body))
  expect(bodies.find(({ message_id: id }) => id === named)).toMatchObject({
    read_by: [muting],
    flags: { alerted: [other] },
  })
  expect(bodies.find(({ message_id: id }) => id === plain)).toMatchObject({ read_by: [] })
  expect(await flagsOf(muting, named)).toEqual(['read', 'mentioned'])
  expect(await flagsOf(other, named)).toEqual(['mentioned', 'has_alert_word'])
  expect((await unreadOf(muting)).count).toBe(0)
})

test('whoever has it hears what becomes of it; a changed text reaches nobody anew', async () => {
  const [has, not] = [await bot(), await bot()]
  const id = await say(naming(has))
  await change(id, { content: naming(not) })
  expect((await last()).user_ids).toEqual([has])
  expect(messageUpdated.open.body.parse((await last()).body).flags.usual).toEqual([])
  expect([await flagsOf(has, id), await flagsOf(not, id)]).toEqual([[], ['read', 'historical']])
  expect(await unreadOf(has)).toEqual({ count: 1, mentions: [], ids: [id] })
  await change(id, { content: naming(has) })
  expect((await unreadOf(has)).mentions).toEqual([id])
  await one.ask(ann, 'add-reaction', { emoji_name: 'tada' }, { path: { message_id: String(id) } })
  expect((await last()).user_ids).toEqual([has])
  await change(id, { topic: 'cake' })
  expect((await last()).user_ids).toEqual([has])
  await one.ask(has, 'update-message-flags', { op: 'add', flag: 'read', messages: [id] })
  expect((await last()).user_ids).toEqual([has])
  expect((await unreadOf(has)).count).toBe(0)
  await one.ask(ann, 'delete-message', {}, { path: { message_id: String(id) } })
  expect((await last()).user_ids).toEqual([has])
})

test('what goes to another channel is unread no more, as for whoever is not there', async () => {
  const [other, there] = [await bot(), await here.channel()]
  await here.subscribe(there, ann)
  const id = await say(naming(other))
  await change(id, { stream_id: there.id })
  const told = (await newest(4)).filter(({ user_ids: users }) => users.includes(other))
  expect(told.map(({ type, body }) => [type, body['op'] ?? null])).toEqual([
    ['flags.changed', 'add'],
    ['message.carried', null],
  ])
  expect((await unreadOf(other)).count).toBe(0)
  expect(await flagsOf(other, id)).toEqual(['read', 'mentioned'])
})

test('one message reaches ten, and a bot keeps the newest fifty parts of a channel', async () => {
  const many: number[] = []
  for (let i = 0; i < 11; i++) many.push(await bot())
  await say(naming(...many))
  expect((await last()).user_ids).toEqual(many.slice(0, 10))

  const [first = 0] = many
  const id = await say(naming(first))
  // Of long ago, and no two beside each other.
  await here.test.superuser(
    `UPDATE messaging.received SET ranges = ranges + (
        SELECT range_agg(int8range(n, n + 1)) FROM generate_series(-98, 0, 2) AS n)
      WHERE org_id = $1 AND user_id = $2`,
    [here.org, first],
  )
  const { ids: before } = await unreadOf(first)
  const next = await say(naming(first))
  const parts = await here.test.superuser(
    `SELECT count(*)::integer AS parts, min(lower(part))::integer AS first FROM messaging.received CROSS JOIN unnest(ranges) AS part
      WHERE org_id = $1 AND user_id = $2`,
    [here.org, first],
  )
  expect(parts).toEqual([{ parts: 50, first: -96 }])
  expect((await newest(2)).map(({ type }) => type)).not.toContain('flags.changed')
  expect((await unreadOf(first)).ids).toEqual([...before, next])
  expect(before).toContain(id)
})

test('all that is over goes at once', async () => {
  const reached = await bot()
  await say(naming(reached))
  await here.test.superuser(
    `UPDATE messaging.received SET ranges = ranges + (
        SELECT range_agg(int8range(n, n + 1)) FROM generate_series(-1998, 0, 2) AS n)
      WHERE org_id = $1 AND user_id = $2`,
    [here.org, reached],
  )
  await say('between')
  await say(naming(reached))
  const parts = `SELECT count(*)::integer AS parts FROM messaging.received CROSS JOIN unnest(ranges) WHERE org_id = $1 AND user_id = $2`
  expect(await here.test.superuser(parts, [here.org, reached])).toEqual([{ parts: 50 }])
})

test('a batch writes what a bot has of a channel once, however many messages name it', async () => {
  const reached = await bot()
  await say(naming(reached))
  const ran: number[] = []
  await using two = await here.instance({
    write: (write) => (org, encoded) => {
      ran.push(encoded.length)
      return write(org, encoded)
    },
  })
  await here.test.superuser(`CREATE TABLE public.written AS SELECT 1 AS n WHERE false`)
  await here.test.superuser(
    `CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN INSERT INTO public.written VALUES (1); RETURN NULL; END $$`,
  )
  await here.test.superuser(
    `CREATE TRIGGER noted AFTER UPDATE ON messaging.received FOR EACH ROW
      WHEN (NEW.user_id = ${reached}) EXECUTE FUNCTION public.note()`,
  )
  const sends = Array.from({ length: 12 }, (_, i) =>
    two.ask(ann, 'send-message', {
      content: `${i} ${naming(reached)}`,
      type: 'channel',
      to: open.id,
      topic: 'tea',
    }),
  )
  await Promise.all(sends)
  await here.test.superuser('DROP TRIGGER noted ON messaging.received')
  expect(Math.max(...ran)).toBeGreaterThan(1)
  expect(await here.test.superuser('SELECT count(*)::integer AS times FROM public.written')).toEqual([
    { times: ran.length },
  ])
})

test('of what goes for that, what was unread is read, and the bot hears so', async () => {
  const other = await bot()
  const oldest = await say(naming(other))
  await say('between')
  const read = await say(naming(other))
  await one.ask(other, 'update-message-flags', { op: 'add', flag: 'read', messages: [read] })
  await here.test.superuser(
    `UPDATE messaging.received SET ranges = ranges + (
        SELECT range_agg(int8range(n, n + 1)) FROM generate_series($3::bigint + 100000, $3::bigint + 100094, 2) AS n)
      WHERE org_id = $1 AND user_id = $2`,
    [here.org, other, read],
  )
  await say('between')
  await say(naming(other))
  const [told, sent] = await newest(2)
  expect(told).toMatchObject({
    type: 'flags.changed',
    user_ids: [other],
    channel_id: null,
    body: { op: 'add', flag: 'read', messages: [oldest] },
  })
  expect(sent?.type).toBe('message.sent')
  expect(await flagsOf(other, oldest)).toEqual(['read', 'mentioned', 'historical'])
  await say('between')
  await say(naming(other))
  // The next was read already: nothing is said of it.
  expect((await newest(2)).map(({ type }) => type)).toEqual(['message.sent', 'message.sent'])
  expect(await flagsOf(other, read)).toEqual(['read', 'mentioned', 'historical'])
})
