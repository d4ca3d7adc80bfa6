import { authorize, role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { within } from '../src/sources.ts'
import { readNotificationBot } from '../src/facts/notification-bot.ts'
import { findTarget } from '../src/facts/target.ts'
import { readNoticeReaders } from '../src/repo/resolved-notices.ts'
import { type Channel, deliverAll, type Instance, snapshotOf, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let always: number
let never: number
let plain: number
let follower: number
let room: Channel

beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann', role: role.moderator })
  always = await here.user()
  never = await here.user()
  plain = await here.user()
  follower = await here.user()
  room = await here.channel({ name: 'room' })
  await here.subscribe(room, ann, always, never, plain, follower)
  for (const [user, policy] of [
    [always, 'always'],
    [never, 'never'],
  ])
    await here.test.superuser('INSERT INTO auth.user_settings VALUES ($1, $2, $3)', [
      here.org,
      user,
      JSON.stringify({ resolved_topic_notice_auto_read_policy: policy }),
    ])
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Unread = z.object({
  unread_msgs: z.object({ streams: z.array(z.object({ unread_message_ids: z.array(z.int()) })) }),
})
const unreadOf = async (user: number) =>
  Unread.parse(await snapshotOf(at, user)).unread_msgs.streams.flatMap(({ unread_message_ids: ids }) => ids)
const say = async (topic: string): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(ann, 'send-message', { type: 'channel', to: room.id, topic, content: 'x' })).id
/** Makes a change of a topic, and says who has the notice of it unread. */
async function noticed(
  id: number,
  topic: string,
): Promise<{ unread: number[]; skipping: number[]; reading: number[] | null }> {
  const asked = { topic, propagate_mode: 'change_all' }
  await at.ask(ann, 'update-message', asked, { path: { message_id: String(id) } })
  expect(await deliverAll(at)).toBe(1)
  const [row] = await here.test.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'message.sent' ORDER BY seq DESC LIMIT 1`,
    [here.org],
  )
  const body = z
    .object({
      message_id: z.int(),
      read_by: z.array(z.int()).default([]),
      unread_for: z.array(z.int()).nullable().default(null),
    })
    .parse(row?.['body'])
  const unread: number[] = []
  for (const user of [ann, always, never, plain, follower])
    if ((await unreadOf(user)).includes(body.message_id)) unread.push(user)
  return { unread, skipping: body.read_by, reading: body.unread_for }
}

test('that a topic was resolved is read from the start for who wants that, save what they follow, unless they always want it', async () => {
  const id = await say('tea')
  for (const user of [follower, always]) await here.choose(room, user, 'tea', 3)
  expect(await noticed(id, '✔ tea')).toEqual({
    unread: [never, follower],
    skipping: [],
    reading: [never, follower],
  })
  expect(await noticed(id, 'tea')).toEqual({
    unread: [never, follower],
    skipping: [],
    reading: [never, follower],
  })
})

test('nothing else that the bot says there is', async () => {
  const id = await say('coffee')
  expect(await noticed(id, 'water')).toEqual({
    unread: [ann, always, never, plain, follower],
    skipping: [],
    reading: null,
  })
})

test('a message keeps whoever are fewer, those who skip it or those who do not, and up to so many only', async () => {
  const wide = await here.channel({ name: 'wide' })
  await here.subscribe(wide, ann, always, never, plain, follower)
  const readers = async (topic: string, most: number) => {
    return at.ctx.database.read(here.org, async (tx) => {
      const { actor: bot, rights } = await readNotificationBot(tx)
      const target = await findTarget(within(tx, at.ctx).facts, bot, {
        kind: 'channel',
        id: wide.id,
      })
      const verdict = authorize('message:send', bot, target.object, rights)
      if (!verdict.ok) throw new Error('the bot may not post')
      return readNoticeReaders(tx, verdict.granted, topic, most)
    })
  }
  expect(await readers('quiet', 9)).toEqual({ readBy: [], unreadFor: [never] })
  for (const user of [ann, plain]) await here.choose(wide, user, 'loud', 3)
  expect(await readers('loud', 9)).toEqual({ readBy: [always, follower], unreadFor: null })
  expect(await readers('loud', 2)).toEqual({ readBy: [always, follower], unreadFor: null })
  expect(await readers('loud', 1)).toEqual({ readBy: [], unreadFor: null })
  expect(await readers('quiet', 1)).toEqual({ readBy: [], unreadFor: [never] })
})

test('whoever marks one that they skipped as unread has it unread, and reads it like any other', async () => {
  const id = await say('milk')
  await noticed(id, '✔ milk')
  const [notice] = (await unreadOf(never)).slice(-1)
  const mark = (op: string) => at.ask(plain, 'update-message-flags', { op, flag: 'read', messages: [notice] })
  expect(await unreadOf(plain)).not.toContain(notice)
  await mark('remove')
  await mark('remove')
  expect(await unreadOf(plain)).toContain(notice)
  expect(await unreadOf(ann)).not.toContain(notice)
  await mark('add')
  expect(await unreadOf(plain)).not.toContain(notice)
})

test('who leaves is told of nothing that they skipped', async () => {
  const den = await here.channel({ name: 'den' })
  await here.subscribe(den, ann, never, plain)
  const asked = { topic: '✔ tea', propagate_mode: 'change_all' }
  const fields = { type: 'channel', to: den.id, topic: 'tea', content: 'x' }
  const { id } = z.object({ id: z.int() }).parse(await at.ask(ann, 'send-message', fields))
  await at.ask(ann, 'update-message', asked, { path: { message_id: String(id) } })
  await deliverAll(at)
  const [notice] = (await unreadOf(never)).slice(-1)
  const streams = await here.test.as('streams')
  const left = await streams.write(here.org, (tx) =>
    tx.query(
      z.object({ user: z.int(), ids: z.array(z.int()) }),
      `SELECT user_id AS "user", message_ids AS ids FROM messaging.v2_unsubscribed($1, $2, $3, 9) ORDER BY user_id`,
      [here.org, den.id, [never, plain]],
    ),
  )
  expect(left).toEqual([
    { user: never, ids: [id, notice] },
    { user: plain, ids: [id] },
  ])
})
