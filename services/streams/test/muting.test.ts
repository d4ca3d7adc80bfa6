import { authorize } from '@parley/access'
import { type OrgId, userId } from '@parley/core'
import { readActor } from '@parley/db'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { mutePerson } from '../src/mute-person.ts'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let ada: Person
let bob: Person
let cid: Person

beforeAll(async () => {
  f = await fixture({ atOnce: 3, most: 12 })
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  ada = await f.person(org)
  bob = await f.person(org)
  cid = await f.person(org)
  const principals = [ada.id, bob.id, cid.id]
  for (const name of ['one', 'two']) await f.ok(ada, 'subscribe', { subscriptions: [{ name }], principals })
})

/** Writes messages into a channel as sending would, without its events. @returns their ids */
async function say(from: Person, channel: string, times = 1, readBy: readonly number[] = []) {
  const rows = await f.database.superuser(
    `INSERT INTO messaging.messages
       (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at, sender_read, read_by)
     SELECT $1, nextval('messaging.message_ids'), c.recipient_id, $2, 't', 'x', 'x', 'test', now(), true, $5
       FROM streams.channels c, generate_series(1, $4) WHERE c.org_id = $1 AND c.name = $3
     RETURNING message_id AS id`,
    [org, from.id, channel, times, readBy],
  )
  return rows.map((row) => z.coerce.number().parse(row['id']))
}
const asRead = (who: Person, channel: string, ranges: string) =>
  f.database.superuser(
    `INSERT INTO messaging.read_state (org_id, user_id, recipient_id, ranges)
     SELECT $1, $2, recipient_id, $4 FROM streams.channels WHERE org_id = $1 AND name = $3`,
    [org, who.id, channel, ranges],
  )
/** Which of the messages count as read for somebody who muted their sender. */
async function readOf(who: Person, ids: readonly number[]) {
  const rows = await f.database.superuser(
    `SELECT m.message_id AS id FROM messaging.messages m JOIN messaging.read_by_muting s USING (org_id, sender_id)
      WHERE m.org_id = $1 AND s.user_id = $2 AND s.ranges @> m.message_id AND m.message_id = ANY ($3::bigint[])
      ORDER BY m.message_id`,
    [org, who.id, ids],
  )
  return rows.map((row) => z.coerce.number().parse(row['id']))
}
/** The events that came meanwhile, by the transactions that appended them. */
async function logged(act: () => Promise<unknown>) {
  const before = (await f.log(org)).length
  await act()
  const rows = await f.database.superuser(
    `SELECT xmin::text AS by, type, body -> 'messages' AS messages, user_ids AS users FROM events.log
      WHERE org_id = $1 AND seq > $2 ORDER BY seq`,
    [org, before],
  )
  const parsed = rows.map((row) =>
    z
      .object({
        by: z.string(),
        type: z.string(),
        messages: z.array(z.int()).nullable(),
        users: z.array(z.int()),
      })
      .parse(row),
  )
  expect(parsed.every(({ users }) => users.join() === String(ada.id))).toBe(true)
  return [...Map.groupBy(parsed, ({ by }) => by).values()].map((events) =>
    events.map(({ type, messages }) => (type === 'unread.cleared' ? messages : type)),
  )
}
const mute = () => f.ok(ada, 'mute-user', { muted_user_id: bob.id })
/** Mutes, and does something between the pieces: before each look for the next. */
async function muteWhile(between: () => Promise<unknown>, signal = new AbortController().signal) {
  const { database } = f.context
  const { actor, rights } = await database.read(org, (tx) => readActor(tx, userId(ada.id)))
  const verdict = actor && authorize('self:use', actor, null, rights)
  if (!verdict?.ok) throw new Error('Ada may do nothing for herself')
  let looks = 0
  const read: typeof database.read = async (of, fn) => {
    // The first is for what may be muted at all, the second for the newest piece.
    if (++looks > 2) await between()
    return database.read(of, fn)
  }
  const asked = { principal: ada.principal, signal }
  await mutePerson({ ...f.context, database: { ...database, read } }, asked, verdict.granted, bob.id)
}
const muted = async () =>
  (await f.database.superuser('SELECT muted_id AS id FROM streams.muted_users WHERE user_id = $1', [ada.id]))
    .length > 0

test('what is unread of whom one mutes is read piece by piece, each in a transaction with its event; the muting comes last', async () => {
  const ids = await say(bob, 'one', 8)
  const theirs = await say(cid, 'one', 2)
  expect(await logged(mute)).toEqual([
    [ids.slice(5)],
    [ids.slice(2, 5)],
    ['muted-users.set', ids.slice(0, 2)],
  ])
  expect(await readOf(ada, [...ids, ...theirs])).toEqual(ids)
  expect(await readOf(cid, ids)).toEqual([])
})

test('little is read in the transaction that mutes', async () => {
  const ids = await say(bob, 'one', 2)
  expect(await logged(mute)).toEqual([['muted-users.set', ids]])
})

test('of much that somebody has sent, what is older stays as it is', async () => {
  const ids = await say(bob, 'two', 20)
  await mute()
  expect(await readOf(ada, ids)).toEqual(ids.slice(-12))
})

test('only what came and is unread is told as read, wherever it stands', async () => {
  await say(bob, 'one')
  await f.ok(ada, 'unsubscribe', { subscriptions: ['one'] })
  await say(bob, 'one')
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'one' }] })
  const [had = 0] = await say(bob, 'two')
  const unread = [...(await say(bob, 'one')), ...(await say(bob, 'two'))]
  await say(bob, 'one', 1, [ada.id])
  unread.push(...(await say(bob, 'one')))
  await asRead(ada, 'two', `{[0,${had + 1})}`)
  const told = await logged(mute)
  expect(new Set(told.flat(2))).toEqual(new Set(['muted-users.set', ...unread]))
})

test('what is read so is one range, whatever others said between', async () => {
  for (let i = 0; i < 5; i++) for (const who of [bob, cid]) await say(who, 'one')
  await mute()
  const ranges = await f.database.superuser(
    `SELECT (SELECT count(*) FROM unnest(ranges))::integer AS n FROM messaging.read_by_muting WHERE user_id = $1
     UNION ALL SELECT 0 FROM messaging.read_state WHERE user_id = $1 AND ranges <> '{}'`,
    [ada.id],
  )
  expect(ranges).toEqual([{ n: 1 }])
})

test('what is sent while the pieces are read is read with the last', async () => {
  const ids = await say(bob, 'one', 5)
  await muteWhile(async () => ids.push(...(await say(bob, 'two'))))
  expect(await readOf(ada, ids)).toEqual(ids)
})

test('where it ends before, nobody is muted, and asking again goes on with what is left', async () => {
  const ids = await say(bob, 'one', 8)
  const end = new AbortController()
  const ended = muteWhile(async () => end.abort(), end.signal)
  await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect([await muted(), await readOf(ada, ids)]).toEqual([false, ids.slice(5)])
  expect(await logged(mute)).toEqual([[ids.slice(2, 5)], ['muted-users.set', ids.slice(0, 2)]])
})

test('an account that ends meanwhile mutes nobody', async () => {
  await say(bob, 'one', 8)
  const end = () =>
    f.database.superuser('UPDATE auth.users SET is_active = false WHERE user_id = $1', [ada.id])
  await expect(muteWhile(end)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect(await muted()).toBe(false)
})

test('who still asks for everything at once has the newest read', async () => {
  const ids = await say(bob, 'one', 5)
  await f.context.database.write(org, (tx) =>
    tx.execute('SELECT messaging.v1_read_of_sender($1, $2, $3, 4)', [org, ada.id, bob.id]),
  )
  expect(await readOf(ada, ids)).toEqual(ids.slice(1))
})

test('nobody has more marked behind the head at once', async () => {
  const many = f.context.database.write(org, (tx) =>
    tx.execute('SELECT messaging.v2_read_of_sender($1, $2, $3, array_fill(1::bigint, ARRAY[5001]), NULL)', [
      org,
      ada.id,
      bob.id,
    ]),
  )
  await expect(many).rejects.toThrow('more messages than are marked at once')
})

test('of people muted and unmuted at the same time the last event tells of all', async () => {
  const muted_users = async () => (await f.log(org)).findLast(({ type }) => type === 'muted-users.set')?.body
  const others = await Promise.all(Array.from({ length: 6 }, () => f.person(org)))
  const [first, second, ...rest] = others.map(({ id }) => id)
  for (const muted_user_id of [first, second]) await f.ok(ada, 'mute-user', { muted_user_id })
  await Promise.all([
    ...rest.map((muted_user_id) => f.ok(ada, 'mute-user', { muted_user_id })),
    ...[first, second].map((muted_user_id) => f.ok(ada, 'unmute-user', { muted_user_id })),
  ])
  const told = z.object({ muted_users: z.array(z.object({ id: z.int() })) }).parse(await muted_users())
  expect(told.muted_users.map(({ id }) => id)).toEqual(rest)
})
