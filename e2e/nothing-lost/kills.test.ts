import { globSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type ApiClient, smallPicture } from '@parley/testkit'
import { conflicts, superuser } from '../faults/database.ts'
import { clientAt, entrance } from '../faults/entrance.ts'
import { away, backAgain, kill, pidOf, wiped } from '../faults/processes.ts'
import { withoutMemory } from '../faults/redis.ts'
import { lastInStream } from '../faults/stream.ts'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { type Product, scene, type Scene, startProduct } from '../product.ts'
import { long, size } from '../size.ts'
import { changer } from './changer.ts'

let product: Product
let stage: Scene
let flow: Traffic
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  product = stack.use(await startProduct({ gateways: 2 }))
  stage = stack.use(await scene(product))
  flow = stack.use(await traffic(product, stage))
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

/** Ends these processes by `how` and waits for the supervisor, and nobody else, to bring them back. */
const ended =
  (names: readonly string[], how: (name: string) => Promise<unknown> = (name) => kill(product, name)) =>
  async (): Promise<boolean> => {
    const before = names.map((name) => pidOf(product, name))
    await Promise.all(names.map(how))
    const after = []
    for (const name of names) after.push(await backAgain(product, name))
    return after.every((pid) => !before.includes(pid))
  }

const Head = z.object({ seq: z.coerce.number() })
const Count = z.object({ count: z.coerce.number() })

/** Ends every connection of the services to Postgres. */
async function backendsEnded(): Promise<boolean> {
  const sql = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'svc_%'`
  const [row] = await superuser(product, Count, sql)
  return (row?.count ?? 0) > 0
}

/** Cuts off half of what JetStream stored of its messages. */
const truncated = (): Promise<void> =>
  away(product, 'nats', async () => {
    const blocks = globSync(join(product.data, 'nats', 'data', '**', 'msgs', '*.blk'))
    expect(blocks).not.toEqual([])
    for (const block of blocks) truncateSync(block, Math.floor(statSync(block).size / 2))
  })

/** Deadlocks and serialization failures, until some have come of each kind of change. */
async function conflicted(): Promise<boolean> {
  const cora = await changer(stage, 'Cora Changer')
  await conflicts(product, async (raised) => {
    while ((await raised()) <= size(1, 20)) await cora.change()
  })
  expect(cora.wrongs()).toEqual([])
  expect(await cora.look()).toEqual(cora.made())
  return true
}

/** Redis is full for as long as somebody needs who asks for many things, one after the other. */
async function filled(): Promise<boolean> {
  const fay = await stage.person(`Fay Filled`)
  const there = clientAt(entrance(stage, 1), fay, 30_000)
  const email = async (): Promise<number> => (await there.patch('/settings', { email: 'nowhere' })).status
  await withoutMemory(product, async () => {
    for (let n = 0; n < size(20, 200); n++) expect((await stage.owner.get('/users/me')).status).toBe(200)
    // Neither open nor an outage: what a gateway counts alone is half of what all may have, and bounds that one person.
    const statuses: number[] = []
    while (statuses.length < 1100 && statuses.at(-1) !== 429) statuses.push(await email())
    expect(new Set(statuses)).toEqual(new Set([400, 429]))
    expect(statuses.length).toBeGreaterThan(1000)
    expect([(await there.get('/users/me')).status, (await stage.owner.get('/users/me')).status]).toEqual([
      200, 200,
    ])
  })
  // Counted by all together again, who have counted nothing of it.
  expect(await email()).toBe(400)
  await there[Symbol.asyncDispose]()
  return true
}

const faults: readonly [string, () => Promise<boolean>][] = [
  ['F01 gateway killed', ended(['gateway-1'])],
  ['F01 messaging killed', ended(['messaging-1'])],
  ['F01 F04 relay killed', ended(['relay-1'])],
  ['F01 auth, streams, uploads and audit killed', ended(['auth-1', 'streams-1', 'uploads-1', 'audit-1'])],
  ['F10 NATS killed', ended(['nats'])],
  ['F12 NATS killed and its storage wiped', ended(['nats'], () => wiped(product, 'nats'))],
  ['F12 NATS killed and its storage damaged', ended(['nats'], truncated)],
  ['F20 AC-14 Redis killed', ended(['redis'])],
  ['F22 Redis killed and flushed', ended(['redis'], () => wiped(product, 'redis'))],
  ['F23 Redis has no memory left', filled],
  ['F30 Postgres killed', ended(['postgres'])],
  ['F31 all connections to Postgres ended', backendsEnded],
  ['F35 deadlocks and serialization failures', conflicted],
]
// With fourteen times as many it is 2,000 by each of the four.
const each = size(36, 572)

test.each(faults)(
  '%s while people write: everybody hears of everything again',
  async (title, fault) => {
    let happened = false
    await flow.send(each, async () => {
      happened = await fault()
    })
    expect(happened).toBe(true)
    await flow.heard()
    if (title.includes('NATS')) await streamFilled()
    expect(await flow.wrongs()).toEqual([])
  },
  size(120_000, 600_000),
)

/** The stream holds the end of the log again, for those who were not there. */
async function streamFilled(): Promise<void> {
  const { org_id: org } = stage.org
  const [head] = await superuser(product, Head, 'SELECT seq FROM events.head WHERE org_id = $1', [org])
  await expect.poll(() => lastInStream(product, org), { timeout: 30_000 }).toBe(head?.seq)
}

test('F02 one of two gateways stays away: the other carries everybody', async () => {
  await away(product, 'gateway-1', async () => {
    await flow.send(each)
    await flow.heard()
  })
  expect(await backAgain(product, 'gateway-1')).toBeGreaterThan(0)
  expect(await flow.wrongs()).toEqual([])
})

interface Sent {
  readonly id: unknown
  /** Was the first answer the one? */
  readonly atOnce: boolean
}

/** Asks again as long as there is no room, as at full size: a gateway takes only so many of an organisation at once. */
async function untilSent(device: ApiClient, fields: Record<string, unknown>): Promise<Sent> {
  const answers: Answer[] = []
  const status = async (): Promise<number> => {
    const answer = await device.post('/messages', fields)
    answers.push(answer)
    return answer.status
  }
  await expect.poll(status, { timeout: 120_000, interval: 100 }).toBe(200)
  const others = answers.slice(0, -1).map((answer) => answer.status)
  expect(others.filter((code) => !(long && code === 503))).toEqual([])
  return { id: answers.at(-1)?.body['id'], atOnce: others.length === 0 }
}

test('F80 two devices send the same at once, and again after a restart: it is one message', async () => {
  const { org_id, owner } = stage.org
  const devices = [2, 3].map((n) =>
    stage.client({ email: owner.email, apiKey: owner.api_key, address: `127.0.0.${n}` }),
  )
  const send = async (n: number): Promise<Sent[]> => {
    const fields = {
      type: 'direct',
      to: [owner.user_id],
      content: `same ${n}`,
      queue_id: 'both',
      local_id: n,
    }
    return Promise.all(devices.map((device) => untilSent(device, fields)))
  }
  const numbers = Array.from({ length: size(40, 400) }, (_, n) => n)
  // So many at a time as there is room for, or one of the two would come later and try nothing.
  const sendAll = async (): Promise<Sent[][]> => {
    const sent: Sent[][] = []
    for (let n = 0; n < numbers.length; n += 40)
      sent.push(...(await Promise.all(numbers.slice(n, n + 40).map(send))))
    return sent
  }
  const ids = (sent: readonly Sent[][]): unknown[][] => sent.map((both) => both.map(({ id }) => id))
  const first = await sendAll()
  expect(ids(first).filter(([a, b]) => a !== b)).toEqual([])
  expect(first.filter((both) => both.every(({ atOnce }) => atOnce)).length).toBeGreaterThan(
    numbers.length / 2,
  )
  expect(await ended(['messaging-1'])()).toBe(true)
  const look = { anchor: 'newest', num_before: 1, num_after: 0 }
  const reading = () => Promise.all(devices.map(async (d) => (await d.get('/messages', look)).status))
  await expect.poll(reading, { timeout: 30_000 }).toEqual([200, 200])
  expect(ids(await sendAll())).toEqual(ids(first))
  const sql = `SELECT count(*) FROM messaging.messages WHERE org_id = $1 AND content LIKE 'same %'`
  expect(await superuser(product, Count, sql, [org_id])).toEqual([{ count: numbers.length }])
})

test('F05 uploads killed while images come: what was answered is there, whole', async () => {
  const { owner } = stage.org
  const device = stage.client({ email: owner.email, apiKey: owner.api_key })
  const names = Array.from({ length: size(12, 24) }, (_, n) => `killed-${n}`)
  const upload = async (name: string): Promise<number> =>
    (await device.upload(`/realm/emoji/${name}`, [smallPicture])).status
  const killing = ended(['uploads-1'])
  const coming = names.map(upload)
  expect(await killing()).toBe(true)
  const statuses = await Promise.all(coming)
  // What was not answered may be asked for again: nobody gets a second one of a name.
  const again = async (): Promise<number[]> => {
    const statuses: number[] = []
    for (const name of names) statuses.push(await upload(name))
    return statuses
  }
  await expect.poll(again, { timeout: 60_000 }).toEqual(names.map(() => 400))
  const emoji = z
    .record(z.string(), z.object({ name: z.string(), source_url: z.string() }))
    .parse((await device.ok('GET', '/realm/emoji'))['emoji'])
  const kept = Object.values(emoji).filter(({ name }) => name.startsWith('killed-'))
  expect(kept.map(({ name }) => name).sort()).toEqual(names.toSorted())
  for (const { source_url: url } of kept) expect((await device.fetch(url)).status).toBe(200)
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true)
})

test('F01 F81 messaging killed while scheduled messages go out: each is sent once', async () => {
  const { org_id, owner } = stage.org
  const device = stage.client({ email: owner.email, apiKey: owner.api_key })
  const scheduled = {
    type: 'direct',
    to: [owner.user_id],
    content: 'due 0',
    scheduled_delivery_timestamp: 4_000_000_000,
  }
  await device.ok('POST', '/scheduled_messages', scheduled)
  const many = size(400, 4_000)
  const due = `INSERT INTO messaging.scheduled
      (org_id, user_id, user_ids, topic, content, rendered, client, url, sender_read, next_try_at, deliver_at)
    SELECT org_id, user_id, user_ids, topic, 'due ' || n, rendered, client, url, sender_read, now(), now()
    FROM messaging.scheduled, generate_series(1, $2::integer) AS n WHERE org_id = $1 RETURNING 1 AS count`
  expect(await superuser(product, Count, due, [org_id, many])).toHaveLength(many)
  const count = async (sql: string): Promise<number> =>
    (await superuser(product, Count, `SELECT ${sql} WHERE org_id = $1 AND content LIKE 'due %'`, [org_id]))[0]
      ?.count ?? 0
  const sent = () => count('count(*) FROM messaging.messages')
  const left = () => count('count(*) FROM messaging.scheduled')
  for (const part of [0, many / 4]) {
    await expect.poll(sent, { timeout: 30_000, interval: 5 }).toBeGreaterThan(part)
    // Some wait still: it is killed among them.
    expect(await left()).toBeGreaterThan(1)
    expect(await ended(['messaging-1'])()).toBe(true)
  }
  await expect.poll(left, { timeout: size(60_000, 300_000) }).toBe(1)
  expect([await sent(), await count('count(DISTINCT content) FROM messaging.messages')]).toEqual([many, many])
})

test('F01 F81 messaging killed while the Notification Bot speaks: each notice is said once', async () => {
  const { org_id, owner } = stage.org
  const many = size(200, 2_000)
  const say = `INSERT INTO messaging.scheduled
      (org_id, user_id, user_ids, topic, content, rendered, client, url, sender_read, next_try_at, deliver_at)
    SELECT org_id, user_id, ARRAY(SELECT unnest(ARRAY[user_id, $3::integer]) ORDER BY 1), '', 'notice ' || n, '', '',
      '', true, to_timestamp(0), to_timestamp(0)
    FROM auth.system_bots, generate_series(1, $2::integer) AS n WHERE org_id = $1 RETURNING 1 AS count`
  expect(await superuser(product, Count, say, [org_id, many, owner.user_id])).toHaveLength(many)
  const count = async (sql: string): Promise<number> =>
    (
      await superuser(product, Count, `SELECT ${sql} WHERE org_id = $1 AND content LIKE 'notice %'`, [org_id])
    )[0]?.count ?? 0
  const said = () => count('count(*) FROM messaging.messages')
  const left = () => count('count(*) FROM messaging.scheduled')
  await expect.poll(said, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0)
  expect(await left()).toBeGreaterThan(1)
  expect(await ended(['messaging-1'])()).toBe(true)
  await expect.poll(left, { timeout: size(60_000, 300_000) }).toBe(0)
  expect([await said(), await count('count(DISTINCT content) FROM messaging.messages')]).toEqual([many, many])
})

const goneMs = size(2000, 60_000)
// The promise; a small run shares its machine with others and only shows that nothing waits for NATS.
const promisedMs = size(10_000, 1500)

test('F11 NATS is gone: sends are answered 200 and delivered while it is gone', async () => {
  await using slow = await traffic(product, stage, { paceMs: size(100, 1000) })
  await slow.send(40)
  await slow.heard()
  const refused = slow.unanswered()
  let delays: readonly number[] = []
  await away(product, 'nats', async () => {
    const began = performance.now()
    const sent = slow.send(size(80, 240))
    await Promise.all([sent, delay(goneMs)])
    await slow.heard()
    // `away` proves behind this that it was gone all the time.
    delays = slow.delays(began).toSorted((a, b) => a - b)
  })
  expect(slow.unanswered()).toBe(refused)
  expect(delays.length).toBeGreaterThanOrEqual(80)
  expect(delays.at(-1)).toBeLessThanOrEqual(promisedMs)
  await backAgain(product, 'nats')
  await slow.send(40)
  await slow.heard()
  expect(await slow.wrongs()).toEqual([])
})
