import { role } from '@parley/access'
import { userId } from '@parley/core'
import { readActor } from '@parley/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let bob: number
let cid: number
let guest: number
let open: Channel

beforeAll(async () => {
  here = await world()
  at = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  guest = await here.user({ name: 'Guest', role: role.guest })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob, cid)
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const shown = (yes: boolean) =>
  here.test.superuser(
    `INSERT INTO auth.settings (org_id, settings) VALUES ($1, jsonb_build_object('enable_read_receipts', $2::boolean))
      ON CONFLICT (org_id) DO UPDATE SET settings = excluded.settings`,
    [here.org, yes],
  )
const say = async (user: number, to: object): Promise<number> =>
  z.object({ id: z.int() }).parse(await at.ask(user, 'send-message', { content: 'x', ...to })).id
const readIt = (user: number, id: number) =>
  at.ask(user, 'update-message-flags', { op: 'add', flag: 'read', messages: [id] })
const receipts = (user: number, id: number) =>
  outcome(at.ask(user, 'get-read-receipts', {}, { path: { message_id: String(id) } }))

test('are refused where the organisation does not show them, but not before the message is known to be readable', async () => {
  const id = await say(ann, { type: 'channel', to: open.id, topic: 't' })
  const refused = { code: 'BAD_REQUEST', msg: 'Read receipts are disabled in this organization.' }
  expect(await receipts(bob, id)).toEqual(refused)
  await shown(false)
  expect(await receipts(bob, id)).toEqual(refused)
  expect(await receipts(guest, id)).toMatchObject({ msg: 'Invalid message(s)' })
})

test('name who has read it: not the sender, nor who keeps it to themselves, did not get it or is gone', async () => {
  await shown(true)
  const id = await say(ann, { type: 'channel', to: open.id, topic: 't' })
  expect(await receipts(ann, id)).toEqual({ user_ids: [] })
  await readIt(ann, id)
  await readIt(cid, id)
  await readIt(bob, id)
  // A member reads it without being there: that is no mark of theirs.
  const late = await here.user({ name: 'Late' })
  const answer = await receipts(late, id)
  expect(answer).toEqual({ user_ids: [bob, cid] })
  expect(faultsOf('GET', '/messages/{message_id}/read_receipts', answer)).toEqual([])

  await here.test.superuser(
    `INSERT INTO auth.user_settings (org_id, user_id, settings) VALUES ($1, $2, '{"send_read_receipts": false}'),
      ($1, $3, '{"send_read_receipts": true}')`,
    [here.org, cid, bob],
  )
  expect(await receipts(ann, id)).toEqual({ user_ids: [bob] })
  // Neither who muted the asker, nor whom the asker muted.
  const muted = async (user: number, other: number, asker: number) => {
    const pair = [here.org, user, other]
    await here.test.superuser(
      'INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at) VALUES ($1, $2, $3, now())',
      pair,
    )
    const named = await receipts(asker, id)
    await here.test.superuser(
      'DELETE FROM streams.muted_users WHERE org_id = $1 AND user_id = $2 AND muted_id = $3',
      pair,
    )
    return named
  }
  expect(await muted(bob, ann, ann)).toEqual({ user_ids: [] })
  expect(await muted(ann, bob, ann)).toEqual({ user_ids: [] })
  expect(await muted(ann, bob, late)).toEqual({ user_ids: [bob] })
  // Who left had everything marked as read, seen or not.
  await here.unsubscribe(open, bob)
  expect(await receipts(ann, id)).toEqual({ user_ids: [] })
  await here.subscribe(open, bob)
  expect(await receipts(ann, id)).toEqual({ user_ids: [bob] })
  await here.deactivate(bob)
  expect(await receipts(ann, id)).toEqual({ user_ids: [] })
})

test('are for those who may read the message', async () => {
  await shown(true)
  const id = await say(ann, { type: 'direct', to: [cid] })
  expect(await receipts(guest, id)).toEqual({ code: 'BAD_REQUEST', msg: 'Invalid message(s)' })
  expect(await receipts(guest, 999_999)).toEqual({ code: 'BAD_REQUEST', msg: 'Invalid message(s)' })
  expect(await receipts(cid, id)).toEqual({ user_ids: [] })
})

describe('of somebody who was muted', () => {
  const mute = (user: number, whom: number, messages: readonly number[]) =>
    here.test
      .superuser(
        'INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at) VALUES ($1, $2, $3, now())',
        [here.org, user, whom],
      )
      .then(() => here.test.as('streams'))
      .then((streams) =>
        streams.write(here.org, (tx) =>
          tx.execute('SELECT messaging.v2_read_of_sender($1, $2, $3, $4, NULL)', [
            here.org,
            user,
            whom,
            messages,
          ]),
        ),
      )
  const unmute = (user: number) =>
    here.test.superuser('DELETE FROM streams.muted_users WHERE org_id = $1 AND user_id = $2', [
      here.org,
      user,
    ])
  const unread = (user: number, id: number) =>
    at.ask(user, 'update-message-flags', { op: 'remove', flag: 'read', messages: [id] })

  test('nobody is named for what counts as read because they muted its sender, then or later', async () => {
    await shown(true)
    const [dan, eve, fay] = [await here.user(), await here.user(), await here.user()]
    const room = await here.channel()
    await here.subscribe(room, dan, eve, fay)
    const to = { type: 'channel', to: room.id, topic: 't' }
    const [seen, unseen] = [await say(dan, to), await say(dan, to)]
    await readIt(eve, seen)
    await mute(eve, dan, [seen, unseen])
    const [born, other] = [await say(dan, to), await say(fay, to)]
    // Reading goes over what was read from the start.
    await readIt(eve, other)
    const named = async (asker: number) => {
      const answers = []
      for (const id of [seen, unseen, born, other]) answers.push(await receipts(asker, id))
      return answers
    }
    const [nobody, her] = [{ user_ids: [] }, { user_ids: [eve] }]
    expect(await named(fay)).toEqual([her, nobody, nobody, her])
    expect(await named(dan)).toEqual([nobody, nobody, nobody, nobody])
    await unmute(eve)
    expect(await named(fay)).toEqual([her, nobody, nobody, her])
    expect(await named(dan)).toEqual([her, nobody, nobody, her])
    for (const id of [unseen, born]) await unread(eve, id)
    expect(await named(fay)).toEqual([her, nobody, nobody, her])
    for (const id of [unseen, born]) await readIt(eve, id)
    expect(await named(fay)).toEqual([her, her, her, her])
  })
})

test('all of many readers are named', async () => {
  await shown(true)
  const room = await here.channel()
  await here.subscribe(room, ann)
  const id = await say(ann, { type: 'channel', to: room.id, topic: 't' })
  await here.test.superuser(
    `WITH made AS (
       INSERT INTO auth.users (org_id, user_id, email, delivery_email, full_name, role, date_joined)
       SELECT $1, 2000000 + n, 'm' || n || '@x.org', 'm' || n || '@x.org', 'M', 400, now()
         FROM generate_series(1, 10000) AS n RETURNING user_id
     ), subscribed AS (
       INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
       SELECT $1, $2, user_id, '#000000', now() FROM made
     ), received AS (
       INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
       SELECT $1, user_id, recipient_id, '{[0,)}' FROM made, messaging.recipients WHERE channel_id = $2)
     INSERT INTO messaging.read_state (org_id, user_id, recipient_id, ranges)
     SELECT $1, user_id, recipient_id, int8multirange(int8range($3 - user_id % 2, $3 + 1 - user_id % 2))
       FROM made, messaging.recipients WHERE channel_id = $2`,
    [here.org, room.id, id],
  )
  const even = Array.from({ length: 5_000 }, (_, i) => 2_000_002 + 2 * i)
  expect(await receipts(ann, id)).toEqual({ user_ids: even })
})

test('one person reads few at once, and is told when to ask again', async () => {
  await shown(true)
  const [eve, fay] = [await here.user(), await here.user()]
  const id = await say(eve, { type: 'direct', to: [fay] })
  const { actor } = await at.ctx.database.read(here.org, (tx) => readActor(tx, userId(eve)))
  if (!actor) throw new Error('no such account')
  const hold = Promise.withResolvers<void>()
  const slow = async () => {
    const begun = Promise.withResolvers<void>()
    const done = at.ctx.database.read(here.org, (tx) =>
      at.ctx.receipts.run(tx, actor, () => {
        begun.resolve()
        return hold.promise
      }),
    )
    await begun.promise
    return { done }
  }
  const both = [await slow(), await slow()]
  const [hers, others] = [await receipts(eve, id), await receipts(fay, id)]
  hold.resolve()
  await Promise.all(both.map(({ done }) => done))
  const busy = { code: 'UNAVAILABLE', msg: 'Too many read receipts at once', 'retry-after': 1 }
  expect([hers, others, await receipts(eve, id)]).toEqual([busy, { user_ids: [] }, { user_ids: [] }])
})
