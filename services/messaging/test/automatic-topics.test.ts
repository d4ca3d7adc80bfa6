import { authorize } from '@parley/access'
import { messageId } from '@parley/core'
import type { Database } from '@parley/db'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { findActor, findTarget } from '../src/facts/target.ts'
import { followCommitted } from '../src/follow-topic.ts'
import { type Channel, deliverAll, faultsOf, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let cid: number
let open: Channel
let named = 0

beforeAll(async () => {
  here = await world()
  one = await here.instance()
})
beforeEach(async () => {
  ann = await here.user({ name: `Ann ${++named}` })
  bob = await here.user({ name: `Bob ${named}` })
  cid = await here.user({ name: `Cid ${named}` })
  open = await here.channel()
  await here.subscribe(open, ann, bob, cid)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

/** As auth keeps it: the rights move with it. */
async function wish(user: number, follow: number, unmute = 4, mentioned = false): Promise<void> {
  await here.test.superuser(
    `INSERT INTO auth.user_settings AS s VALUES ($1, $2, $3)
     ON CONFLICT (org_id, user_id) DO UPDATE SET settings = excluded.settings`,
    [
      here.org,
      user,
      JSON.stringify({
        automatically_follow_topics_policy: follow,
        automatically_unmute_topics_in_muted_streams_policy: unmute,
        automatically_follow_topics_where_mentioned: mentioned,
      }),
    ],
  )
  await here.unrelated()
}

const Sent = z.object({ id: z.int(), automatic_new_visibility_policy: z.int().optional() })
/** What a send answers, but for the id. */
async function say(
  user: number,
  topic: string,
  { content = 'x', to = open, more = {} }: { content?: string; to?: Channel; more?: object } = {},
): Promise<{ id: number; became: number | undefined }> {
  const answer = await one.ask(user, 'send-message', { type: 'channel', to: to.id, topic, content, ...more })
  expect(faultsOf('POST', '/messages', answer)).toEqual([])
  const { id, automatic_new_visibility_policy: became } = Sent.parse(answer)
  return { id, became }
}

/** What somebody has set for topics, by their name. */
async function set(user: number): Promise<Record<string, number>> {
  const Row = z.object({ topic: z.string(), policy: z.int() })
  const rows = await here.test.superuser(
    'SELECT topic, policy::integer AS policy FROM streams.user_topics WHERE org_id = $1 AND user_id = $2',
    [here.org, user],
  )
  return Object.fromEntries(
    z
      .array(Row)
      .parse(rows)
      .map(({ topic, policy }) => [topic, policy]),
  )
}

/** Has people have nothing set for topics any more. */
async function end(...users: number[]): Promise<void> {
  await here.test.superuser('DELETE FROM streams.user_topics WHERE org_id = $1 AND user_id = ANY ($2)', [
    here.org,
    users,
  ])
}

/** The newest events, types first; what becomes of topics is held against the contract. */
async function newest(count: number): Promise<unknown[]> {
  const Row = z.object({ type: z.string(), users: z.array(z.int()), body: z.record(z.string(), z.unknown()) })
  const rows = await here.test.superuser(
    `SELECT type, user_ids AS users, body FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT ${count}`,
    [here.org],
  )
  return rows
    .map((row) => Row.parse(row))
    .toReversed()
    .map(({ type, users, body }) => {
      if (type !== 'user-topic.set') return type
      const faults = contractAvailable() ? eventFaults({ id: 1, type: 'user_topic', ...body }) : []
      expect(faults).toEqual([])
      return [type, users, body['topic_name'], body['visibility_policy']]
    })
}

test('who begins a topic, sends to it or takes part in it follows it where they want that', async () => {
  await wish(ann, 3)
  await wish(bob, 2)
  await wish(cid, 1)
  const begun = await say(ann, 'tea')
  expect(begun.became).toBe(3)
  expect(await newest(2)).toEqual(['message.sent', ['user-topic.set', [ann], 'tea', 3]])
  // What is so already is no news.
  expect((await say(ann, 'TEA')).became).toBeUndefined()
  expect(await newest(1)).toEqual(['message.sent'])

  const react = (user: number, emoji_name: string) =>
    one.ask(user, 'add-reaction', { emoji_name }, { path: { message_id: String(begun.id) } })
  await react(bob, 'tada')
  expect(await set(bob)).toEqual({})
  expect((await say(bob, 'tea')).became).toBe(3)
  await react(cid, 'tada')
  expect(await newest(2)).toEqual(['reaction.changed', ['user-topic.set', [cid], 'tea', 3]])
  await react(cid, 'heart')
  expect(await newest(1)).toEqual(['reaction.changed'])

  // Begun by another, it is not begun again.
  expect((await say(cid, 'coffee')).became).toBe(3)
  expect((await say(ann, 'coffee')).became).toBeUndefined()
  expect([await set(ann), await set(bob), await set(cid)]).toEqual([
    { tea: 3 },
    { tea: 3 },
    { tea: 3, coffee: 3 },
  ])
})

test('who answers a poll takes part', async () => {
  await wish(bob, 1)
  const { id } = await say(ann, 'lunch', { content: '/poll Tea?\ngreen' })
  const vote = JSON.stringify({ type: 'vote', key: 'canned,0', vote: 1 })
  await one.ask(bob, 'add-submessage', { message_id: id, msg_type: 'widget', content: vote })
  expect(await newest(2)).toEqual(['submessage.added', ['user-topic.set', [bob], 'lunch', 3]])
})

test('in a muted channel it is unmuted, in another nothing; following comes first, and nothing is taken back', async () => {
  await wish(ann, 4, 2)
  expect((await say(ann, 'tea')).became).toBeUndefined()
  await here.mute(open, ann, true)
  expect((await say(ann, 'tea')).became).toBe(2)
  expect((await say(ann, 'tea')).became).toBeUndefined()
  await here.choose(open, ann, 'cake', 3)
  expect((await say(ann, 'cake')).became).toBeUndefined()
  await wish(ann, 2, 2)
  expect((await say(ann, 'tea')).became).toBe(3)
  // What was muted is wanted again by who sends to it.
  await here.choose(open, ann, 'noise', 1)
  expect((await say(ann, 'noise')).became).toBe(3)
  expect(await set(ann)).toEqual({ tea: 3, cake: 3, noise: 3 })
})

test('who is mentioned follows the topic where they want that, unless they muted it or did not get the message', async () => {
  const out = await here.user({ name: `Out ${named}` })
  const bot = await here.user({ name: `Bot ${named}`, botOwner: ann })
  await here.subscribe(open, bot)
  for (const user of [bob, cid, out, bot]) await wish(user, 4, 4, true)
  await here.choose(open, cid, 'tea', 1)
  const everybody = ['Bob', 'Cid', 'Out', 'Bot', 'Ann'].map((name) => `@**${name} ${named}**`).join(' ')
  expect((await say(ann, 'tea', { content: everybody })).became).toBeUndefined()
  expect(await newest(2)).toEqual(['message.sent', ['user-topic.set', [bob], 'tea', 3]])
  await say(ann, 'tea', { content: everybody })
  expect(await newest(1)).toEqual(['message.sent'])
  await say(ann, 'cake', { content: `@_**Bob ${named}** @**all**` })
  const policies = await Promise.all([ann, bob, cid, out, bot].map(set))
  expect(policies).toEqual([{}, { tea: 3 }, { tea: 1 }, {}, {}])
})

test('one’s own wish and those of the mentioned come together', async () => {
  await wish(ann, 2)
  await wish(bob, 4, 4, true)
  expect((await say(ann, 'tea', { content: `@**Bob ${named}**` })).became).toBe(3)
  expect(await newest(3)).toEqual([
    'message.sent',
    ['user-topic.set', [ann], 'tea', 3],
    ['user-topic.set', [bob], 'tea', 3],
  ])
})

test('where history is kept from newcomers, what they may not read has not begun', async () => {
  const secret = await here.channel({ protected: true })
  await here.subscribe(secret, ann)
  await say(ann, 'tea', { to: secret })
  await here.subscribe(secret, bob)
  await wish(bob, 3)
  expect((await say(bob, 'tea', { to: secret })).became).toBe(3)
  await say(ann, 'cake', { to: secret })
  expect((await say(bob, 'cake', { to: secret })).became).toBeUndefined()
})

test('a message that is sent later does the same when it is sent', async () => {
  await wish(ann, 2)
  const due = Math.floor(one.clock.now() / 1000) + 60
  await one.ask(ann, 'create-scheduled-message', {
    type: 'channel',
    to: open.id,
    topic: 'tea',
    content: 'x',
    scheduled_delivery_timestamp: due,
  })
  expect(await set(ann)).toEqual({})
  expect(await deliverAll(one, (due + 1) * 1000)).toBe(1)
  expect(await set(ann)).toEqual({ tea: 3 })
  expect(await newest(3)).toEqual(['message.sent', ['user-topic.set', [ann], 'tea', 3], 'scheduled.changed'])
})

test('sent again by the same key, it is done once', async () => {
  await wish(ann, 2)
  const more = { queue_id: 'q', local_id: '1.01' }
  const first = await say(ann, 'tea', { more })
  expect(first.became).toBe(3)
  expect(await say(ann, 'tea', { more })).toEqual({ id: first.id, became: undefined })
  expect(await newest(1)).toEqual([['user-topic.set', [ann], 'tea', 3]])
})

test('sent again by the same key, nobody follows anew: neither its sender nor whom it mentions', async () => {
  await wish(ann, 2)
  await wish(bob, 4, 4, true)
  const again = { content: `@**Bob ${named}**`, more: { queue_id: 'q', local_id: '1.03' } }
  const { id } = await say(ann, 'tea', again)
  expect([await set(ann), await set(bob)]).toEqual([{ tea: 3 }, { tea: 3 }])
  await end(ann, bob)
  expect(await say(ann, 'tea', again)).toEqual({ id, became: undefined })
  expect([await set(ann), await set(bob)]).toEqual([{}, {}])
})

test('a message that is there is answered as sent, whatever became of its topic', async () => {
  await wish(ann, 2)
  const raising = 'FUNCTION streams.v1_raise_topic'
  await here.test.superuser(`REVOKE EXECUTE ON ${raising} FROM svc_messaging`)
  const { id, became } = await say(ann, 'tea')
  await here.test.superuser(`GRANT EXECUTE ON ${raising} TO svc_messaging`)
  expect(became).toBeUndefined()
  const [row] = await here.test.superuser('SELECT topic FROM messaging.messages WHERE message_id = $1', [id])
  expect(row).toEqual({ topic: 'tea' })
  expect(one.reported).toEqual([['follow-topic', expect.objectContaining({ code: '42501' })]])
  expect((await say(ann, 'tea')).became).toBe(3)
})

test('nobody mutes a topic for another by what raises them', async () => {
  const raised = (policy: number) =>
    one.ctx.database.write(here.org, (tx) =>
      tx.query(
        z.object({ user: z.int() }),
        'SELECT r AS "user" FROM streams.v1_raise_topic($1, $2, $3, ARRAY[$4::integer], $5, true, 10, 0) AS r',
        [here.org, open.id, 'tea', bob, policy],
      ),
    )
  for (const policy of [0, 1, 4]) await expect(raised(policy)).rejects.toMatchObject({ code: '23514' })
  expect(await raised(2)).toEqual([{ user: bob }])
})

test('who has set something for nearly as many topics as one may gets no more by itself', async () => {
  await wish(ann, 2)
  await here.test.superuser(
    `INSERT INTO streams.user_topics (org_id, user_id, channel_id, topic, policy, changed_at)
     SELECT $1, $2, $3, 'topic ' || n, 1, now() FROM generate_series(1, 1500) AS n`,
    [here.org, ann, open.id],
  )
  expect((await say(ann, 'one more')).became).toBeUndefined()
  expect((await say(ann, 'topic 7')).became).toBe(3)
})

test('AC-05 whom a message mentions follows nothing where they were taken out, nor for who they muted', async () => {
  await wish(bob, 4, 4, true)
  const secret = await here.channel({ protected: true })
  await here.subscribe(secret, ann, bob)
  const content = `@**Bob ${named}**`
  const again = { content, to: secret, more: { queue_id: 'q', local_id: '1.02' } }
  await say(ann, 'tea', again)
  expect(await set(bob)).toEqual({ tea: 3 })
  await end(bob)
  await here.unsubscribe(secret, bob)
  await say(ann, 'tea', again)
  await here.test.superuser(
    'INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at) VALUES ($1, $2, $3, now())',
    [here.org, bob, ann],
  )
  await say(ann, 'cake', { content })
  expect(await set(bob)).toEqual({})
})

test('a message that mentions very many has nobody follow', async () => {
  await wish(bob, 4, 4, true)
  const others: number[] = []
  for (let n = 0; n < 50; n++) others.push(await here.user({ name: `Extra ${named} ${n}` }))
  const content = [bob, ...others].map((id) => `@**|${id}**`).join(' ')
  await say(ann, 'tea', { content })
  expect(await set(bob)).toEqual({})
})

test('many at once: each topic is followed once by each', async () => {
  await wish(ann, 2)
  await wish(bob, 2)
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, n) => say(n % 2 === 0 ? ann : bob, `topic ${n % 4}`)),
  )
  expect(sent.filter(({ became }) => became === 3)).toHaveLength(4)
  expect([await set(ann), await set(bob)]).toEqual([
    { 'topic 0': 3, 'topic 2': 3 },
    { 'topic 1': 3, 'topic 3': 3 },
  ])
})

test('nothing is asked for senders who want nothing, nor for direct messages', async () => {
  let asked = 0
  const count =
    (name: 'read' | 'write'): Database['read'] =>
    (org, fn) => {
      asked++
      return one.ctx.database[name](org, fn)
    }
  const ctx = { ...one.ctx, database: { ...one.ctx.database, read: count('read'), write: count('write') } }
  const follow = async (user: number, to: { readonly id: number } | { readonly ids: readonly number[] }) => {
    const principal = { org: here.org, user, generation: 1, credential: 'key:1' }
    const { actor } = await findActor(one.ctx.facts, principal)
    if (!actor) throw new Error('nobody')
    const named = 'id' in to ? { kind: 'channel' as const, ...to } : { kind: 'people' as const, ...to }
    const target = await findTarget(one.ctx.facts, actor, named, { fresh: true })
    const verdict = authorize('message:send', actor, target.object, target.found.rights)
    if (!verdict.ok) throw new Error(verdict.reason)
    const id = (await say(user, 'other')).id
    asked = 0
    const sent = { topic: 'tea', id: messageId(id), mentioned: [] }
    const { signal } = new AbortController()
    const policy = await followCommitted(ctx, verdict.granted, target.found.facts, sent, signal)
    return [policy, asked]
  }
  expect(await follow(ann, open)).toEqual([null, 0])
  await wish(ann, 2)
  expect(await follow(ann, { ids: [bob] })).toEqual([null, 0])
  expect(await follow(ann, open)).toEqual([3, 2])
  // And where it is so already nobody waits for the head.
  expect(await follow(ann, open)).toEqual([null, 1])
})
