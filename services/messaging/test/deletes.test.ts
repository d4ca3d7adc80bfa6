import { role } from '@parley/access'
import { hold, messagesDeleted } from '@parley/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let admin: number
let open: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  admin = await here.user({ name: 'Ada', role: role.admin })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob, admin)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (user: number, to: Channel | number[], content = 'x', topic = 'tea'): Promise<number> =>
  z.object({ id: z.int() }).parse(
    await one.ask(user, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic } : { type: 'direct', to }),
    }),
  ).id
const remove = (user: number, id: number) =>
  outcome(one.ask(user, 'delete-message', {}, { path: { message_id: String(id) } }))
const removeTopic = (user: number, channel: Channel, topic_name: string) =>
  outcome(one.ask(user, 'delete-topic', { topic_name }, { path: { stream_id: String(channel.id) } }))
const seen = (user: number, id: number) =>
  outcome(one.ask(user, 'get-message', {}, { path: { message_id: String(id) } }))
const star = (user: number, ...messages: number[]) =>
  one.ask(user, 'update-message-flags', { op: 'add', flag: 'starred', messages })
const Log = z.object({
  type: z.string(),
  body: z.unknown(),
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
})
const lastEvents = async (most: number) =>
  z
    .array(Log)
    .parse(
      await here.test.superuser(
        'SELECT type, body, user_ids, channel_id FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT $2',
        [here.org, most],
      ),
    )
    .reverse()
const waiters = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })
const invalid = refused('Invalid message(s)')
const Snapshot = z.object({
  unread_msgs: z.object({ count: z.int(), mentions: z.array(z.int()) }),
  starred_messages: z.array(z.int()),
})
const snapshot = async (user: number) => Snapshot.parse(await snapshotOf(one, user))

describe('a message', () => {
  test('goes with all that readers put on it', async () => {
    const id = await say(ann, open, `@**|${bob}**`)
    await star(bob, id)
    await one.ask(bob, 'add-reaction', { emoji_name: 'tada' }, { path: { message_id: String(id) } })
    await one.ask(ann, 'update-message', { content: `@**|${bob}** y` }, { path: { message_id: String(id) } })
    const before = await snapshot(bob)
    const answer = await remove(ann, id)
    expect(answer).toEqual({})
    expect(faultsOf('DELETE', '/messages/{message_id}', answer)).toEqual([])
    expect(await lastEvents(1)).toEqual([
      {
        type: 'messages.deleted',
        body: { message_ids: [id], to: 'all', stream_id: open.id, topic: 'tea' },
        user_ids: [],
        channel_id: open.id,
      },
    ])
    expect(await seen(bob, id)).toEqual(invalid)
    const after = await snapshot(bob)
    expect(after.unread_msgs.count).toBe(before.unread_msgs.count - 1)
    expect([after.unread_msgs.mentions.includes(id), after.starred_messages.includes(id)]).toEqual([
      false,
      false,
    ])
    for (const table of ['reactions', 'submessages', 'edits', 'user_flags'])
      expect(
        await here.test.superuser(`SELECT FROM messaging.${table} WHERE org_id = $1 AND message_id = $2`, [
          here.org,
          id,
        ]),
      ).toEqual([])
    expect(await remove(ann, id)).toEqual(invalid)
  })

  test('that somebody else deletes first is gone', async () => {
    const id = await say(ann, open)
    const late = await one.ctx.database.write(here.org, async (tx) => {
      await hold(tx, null)
      // It was found and decided on, and waits for the head.
      const waiting = remove(ann, id)
      await expect.poll(() => here.test.superuser(waiters)).not.toEqual([])
      await tx.execute('DELETE FROM messaging.messages WHERE org_id = $1 AND message_id = $2', [here.org, id])
      return { waiting }
    })
    expect(await late.waiting).toEqual(invalid)
  })

  test('of others is for administrators, one’s own for a while', async () => {
    const [first, second] = [await say(ann, open), await say(ann, open)]
    expect(await remove(bob, first)).toEqual(refused("You don't have permission to delete this message"))
    await here.test.superuser(
      `UPDATE messaging.messages SET sent_at = sent_at - interval '601 s' WHERE org_id = $1 AND message_id = ANY ($2)`,
      [here.org, [first, second]],
    )
    expect(await remove(ann, first)).toEqual(refused('The time limit for deleting this message has passed'))
    expect(await remove(admin, first)).toEqual({})
    const robot = await here.user({ botOwner: bob })
    const said = await say(robot, open)
    expect(await remove(ann, said)).toMatchObject({ code: 'BAD_REQUEST' })
    expect(await remove(bob, said)).toEqual({})
  })

  test('of others and one’s own is for whom the channel lets, too', async () => {
    const place = await here.channel({})
    await here.subscribe(place, ann, bob)
    const [hers, theirs] = [await say(ann, place), await say(bob, place)]
    await here.give({ can_delete_own_message_group: 8 })
    const no = refused("You don't have permission to delete this message")
    expect([await remove(ann, hers), await remove(ann, theirs)]).toEqual([no, no])
    const grant = async (permission: string) =>
      here.test.superuser(`UPDATE streams.channels SET ${permission} = $2 WHERE channel_id = $1`, [
        place.id,
        await here.naming(ann),
      ])
    await grant('can_delete_own_message_group')
    expect([await remove(ann, hers), await remove(ann, theirs)]).toEqual([{}, no])
    await grant('can_delete_any_message_group')
    expect(await remove(ann, theirs)).toEqual({})
    await here.give({ can_delete_own_message_group: 2 })
  })

  test('that may not be read answers as one that is not there', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, ann)
    const id = await say(ann, secret)
    const direct = await say(ann, [bob])
    for (const asked of [id, direct, 987_654]) expect(await remove(admin, asked)).toEqual(invalid)
    expect(await remove(ann, direct)).toEqual({})
    expect(await lastEvents(1)).toMatchObject([
      { user_ids: [ann, bob].sort((a, b) => a - b), channel_id: null },
    ])
  })

  test('takes the star of who has left along, and tells them no more', async () => {
    const secret = await here.channel({ private: true })
    await here.subscribe(secret, ann, bob)
    const id = await say(ann, secret)
    await star(bob, id)
    await here.unsubscribe(secret, bob)
    await remove(ann, id)
    expect(await lastEvents(2)).toMatchObject([
      { type: 'flags.changed', user_ids: [bob], body: { op: 'remove', flag: 'starred', messages: [id] } },
      { type: 'messages.deleted', user_ids: [], channel_id: secret.id },
    ])
    expect((await snapshot(bob)).starred_messages).not.toContain(id)
  })

  test('takes the star of who is not in the public channel along, which may be closed before they ask', async () => {
    const place = await here.channel({})
    await here.subscribe(place, ann)
    const id = await say(ann, place)
    await star(bob, id)
    await remove(ann, id)
    expect(await lastEvents(2)).toMatchObject([
      {
        type: 'flags.changed',
        user_ids: [bob],
        channel_id: null,
        body: { op: 'remove', flag: 'starred', messages: [id] },
      },
      { type: 'messages.deleted', user_ids: [bob], channel_id: place.id },
    ])
  })

  test('two who take it away at once: one does', async () => {
    const id = await say(ann, open)
    const answers = await Promise.all([remove(ann, id), remove(admin, id)])
    expect(answers).toContainEqual({})
    expect(answers).toContainEqual(invalid)
  })
})

describe('a topic', () => {
  test('goes as a whole, some at a time', async () => {
    const ids = [await say(ann, open, 'a', 'Gone'), await say(bob, open, 'b', 'gone')]
    const stays = await say(ann, open, 'c', 'stays')
    const answer = await removeTopic(admin, open, 'gone')
    expect(answer).toEqual({ complete: true })
    expect(faultsOf('POST', '/streams/{stream_id}/delete_topic', answer)).toEqual([])
    const [bulk, ...single] = await lastEvents(3)
    const body = messagesDeleted.open.body
    expect(body.parse(bulk?.body)).toMatchObject({ message_ids: ids, to: 'bulk' })
    expect(single.map((event) => body.parse(event.body))).toMatchObject(
      ids.map((id) => ({ message_ids: [id], to: 'single' })),
    )
    for (const id of ids) expect(await seen(ann, id)).toEqual(invalid)
    expect(await seen(ann, stays)).toMatchObject({ raw_content: 'c' })
    expect(await removeTopic(admin, open, 'gone')).toEqual({ complete: true })
    await here.test.superuser(
      `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at, sender_read)
       SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, m.sender_id, 'full', 'x', 'x', 'x', m.sent_at, true
       FROM messaging.messages m, generate_series(1, 501) WHERE m.org_id = $1 AND m.message_id = $2`,
      [here.org, stays],
    )
    expect(await removeTopic(admin, open, 'full')).toEqual({ complete: false })
    expect(await removeTopic(admin, open, 'full')).toEqual({ complete: true })
  })

  test('of which people have different parts: each hears of theirs, in few events', async () => {
    const secret = await here.channel({ protected: true })
    await here.subscribe(secret, admin)
    const early = await say(admin, secret)
    const [cy, dan] = [await here.user({ name: 'Cy' }), await here.user({ name: 'Dan' })]
    await here.subscribe(secret, ann, cy)
    await star(admin, early)
    const late = await say(admin, secret)
    await star(cy, late)
    await here.unsubscribe(secret, cy)
    await here.subscribe(secret, dan)
    expect(await removeTopic(admin, secret, 'tea')).toEqual({ complete: true })
    const deleted = (await lastEvents(5)).map(({ type, user_ids, body }) => [
      type,
      user_ids,
      z.object({ to: z.string(), message_ids: z.array(z.int()) }).safeParse(body).data,
    ])
    const both = [ann, admin].sort((a, b) => a - b)
    expect(deleted[0]?.slice(0, 2)).toEqual(['flags.changed', [cy]])
    expect(deleted.slice(1)).toEqual([
      ['messages.deleted-within', [ann], { to: 'bulk', message_ids: [late] }],
      ['messages.deleted-within', [admin], { to: 'bulk', message_ids: [early, late] }],
      ['messages.deleted-within', [admin], { to: 'single', message_ids: [early] }],
      ['messages.deleted-within', both, { to: 'single', message_ids: [late] }],
    ])
  })

  test('is for administrators, who take only what they may read', async () => {
    expect(await removeTopic(ann, open, 'tea')).toMatchObject({ code: 'UNAUTHORIZED_PRINCIPAL' })
    const secret = await here.channel({ protected: true })
    await here.subscribe(secret, ann)
    const early = await say(ann, secret)
    expect(await removeTopic(admin, secret, 'tea')).toEqual(refused('Invalid channel ID'))
    expect(await removeTopic(admin, { ...open, id: 987_654 }, 'tea')).toEqual(refused('Invalid channel ID'))
    await here.subscribe(secret, admin)
    const late = await say(ann, secret)
    expect(await removeTopic(admin, secret, 'tea')).toEqual({ complete: true })
    expect(await seen(ann, late)).toEqual(invalid)
    expect(await seen(ann, early)).toMatchObject({ raw_content: 'x' })
    const old = await here.channel()
    await here.subscribe(old, admin)
    await here.archive(old)
    expect(await removeTopic(admin, old, 'tea')).toEqual(refused('Invalid channel ID'))
  })
})
