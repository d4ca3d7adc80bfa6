import { appendedIn } from '@parley/events'
import { size } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { expireOld } from '../src/jobs/expire.ts'
import { expiringOrganisations } from '../src/repo/expired.ts'
import { type Channel, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let other: Instance
let ann: number
let bob: number
let open: Channel
let secret: Channel

const day = 86_400
const start = Date.UTC(2026, 0, 2) / 1000
let at = start

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  other = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
})
beforeEach(async () => {
  at = start
  await keep(null, -1)
  await here.test.superuser('DELETE FROM messaging.messages WHERE org_id = $1', [here.org])
  open = await here.channel({})
  secret = await here.channel({ private: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(secret, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

/** The organisation, or a channel, keeps messages for so many days. */
const keep = (channel: Channel | null, days: number | null) =>
  channel
    ? here.test.superuser(
        'UPDATE streams.channels SET message_retention_days = $3 WHERE org_id = $1 AND channel_id = $2',
        [here.org, channel.id, days],
      )
    : here.test.superuser(
        `INSERT INTO auth.settings AS s (org_id, settings) VALUES ($1, $2)
         ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
        [here.org, JSON.stringify({ message_retention_days: days })],
      )
/** Sends, and makes it so many days old. */
const said = async (to: Channel | number[], days: number, topic = 'tea', content = 'x'): Promise<number> => {
  const { id } = z.object({ id: z.int() }).parse(
    await one.ask(ann, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic } : { type: 'direct', to }),
    }),
  )
  await here.test.superuser(
    'UPDATE messaging.messages SET sent_at = to_timestamp($3) WHERE org_id = $1 AND message_id = $2',
    [here.org, id, start - days * day],
  )
  return id
}
const expiring = (by = one) => ({
  database: by.ctx.database,
  afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
  clock: { now: () => at * 1000, monotonic: () => 0 },
  onProblem: (error: unknown): never => {
    throw error
  },
})
const expire = async (): Promise<number> => {
  let all = 0
  for (;;) {
    const gone = await expireOld(expiring(), here.org)
    if (gone === 0) return all
    all += gone
  }
}
const isThere = async (id: number): Promise<boolean> => {
  const answer = await outcome(one.ask(ann, 'get-message', {}, { path: { message_id: String(id) } }))
  return 'message' in Object(answer)
}
const remaining = async (...ids: number[]) => {
  const left: number[] = []
  for (const id of ids) if (await isThere(id)) left.push(id)
  return left
}
const Told = z.array(
  z.object({ type: z.string(), body: z.looseObject({ to: z.string(), message_ids: z.array(z.int()) }) }),
)
/** As queues hear of it that take many at once. */
const told = async (after: number) =>
  Told.parse(
    await here.test.superuser(
      'SELECT type, body FROM events.log WHERE org_id = $1 AND seq > $2 ORDER BY seq',
      [here.org, after],
    ),
  ).filter(({ body }) => body.to !== 'single')
const head = async (): Promise<number> => {
  const [row] = await here.test.superuser('SELECT seq FROM events.head WHERE org_id = $1', [here.org])
  return z.object({ seq: z.coerce.number() }).parse(row).seq
}

test('nothing goes where all is kept', async () => {
  const id = await said(open, 100_000)
  expect(await expiringOrganisations(one.ctx.database)).toEqual([])
  expect(await expire()).toBe(0)
  expect(await isThere(id)).toBe(true)
})

test('what is as old as the organisation wants goes, with what readers put on it, and those who had it are told', async () => {
  await keep(null, 30)
  expect(await expiringOrganisations(one.ctx.database)).toEqual([here.org])
  const [old, young] = [await said(open, 30, 'tea', `@**|${bob}**`), await said(open, 29)]
  const direct = await said([bob], 31)
  await one.ask(bob, 'update-message-flags', { op: 'add', flag: 'starred', messages: [old] })
  const after = await head()
  expect(await expire()).toBe(2)
  expect(await remaining(old, young, direct)).toEqual([young])
  expect((await told(after)).map(({ type, body }) => [type, body.message_ids])).toEqual([
    ['messages.deleted', [old]],
    ['messages.deleted', [direct]],
  ])
  expect(await snapshotOf(one, bob, ['message', 'update_message_flags', 'starred_messages'])).toMatchObject({
    unread_msgs: { count: 1, mentions: [] },
    starred_messages: [],
  })
  expect(await expire()).toBe(0)
})

test('a second before its time a message stays', async () => {
  await keep(null, 30)
  const id = await said(open, 30)
  at = start - 1
  expect(await expire()).toBe(0)
  at = start
  expect(await expire()).toBe(1)
  expect(await isThere(id)).toBe(false)
})

test('a channel may keep its own for longer, for a shorter time, or for ever', async () => {
  await keep(null, 30)
  const archive = await here.channel({})
  const brief = await here.channel({})
  await here.subscribe(archive, ann)
  await here.subscribe(brief, ann)
  await keep(archive, -1)
  await keep(brief, 2)
  await keep(open, 90)
  const ids = [await said(archive, 900), await said(open, 89), await said(brief, 3), await said(secret, 30)]
  await expire()
  expect(await remaining(...ids)).toEqual(ids.slice(0, 2))
})

test('many of many topics go in pieces, the newest of them last', async () => {
  await keep(open, 1)
  const ids: number[] = []
  for (let n = 0; n < 130; n++) ids.push(await said(open, 2, n % 40 === 0 ? 'odd' : 'tea'))
  const after = await head()
  const first = await expireOld(expiring(), here.org)
  expect(first).toBeLessThanOrEqual(100)
  expect(first + (await expire())).toBe(ids.length)
  expect((await told(after)).flatMap(({ body }) => body.message_ids).toSorted((a, b) => a - b)).toEqual(ids)
})

test('however many do it, each message is taken away and told of once', async () => {
  await keep(open, 1)
  const ids: number[] = []
  for (let n = 0; n < 12; n++) ids.push(await said(open, 2))
  const after = await head()
  const gone = await Promise.all([one, other, one, other].map((by) => expireOld(expiring(by), here.org)))
  expect(gone.reduce((sum, n) => sum + n, 0)).toBe(ids.length)
  expect((await told(after)).flatMap(({ body }) => body.message_ids)).toEqual(ids)
})

test('what cannot be taken away now is told of, and holds up nothing else', async () => {
  await keep(null, 1)
  await said(open, 2)
  await said(secret, 2)
  const met: unknown[] = []
  let tried = 0
  const afterCommit = {
    ...expiring().afterCommit,
    appendedIn: (tx: Parameters<typeof appendedIn>[0]) => {
      if (tried++ === 0) throw new Error('not now')
      return appendedIn(tx)
    },
  }
  const on = { ...expiring(), afterCommit, onProblem: (error: unknown) => met.push(error) }
  expect([await expireOld(on, here.org), met.length]).toEqual([1, 1])
  expect(await expire()).toBe(1)
})

test('what is left is what the rule for one message keeps', async () => {
  const days = fc.constantFrom(-1, 1, 5, 30)
  await fc.assert(
    fc.asyncProperty(
      days,
      fc.option(days, { nil: null }),
      fc.array(fc.record({ age: fc.integer({ min: 0, max: 40 }), direct: fc.boolean() }), { maxLength: 8 }),
      async (realm, own, messages) => {
        await keep(null, -1)
        const place = await here.channel({})
        await here.subscribe(place, ann)
        const sent: { id: number; kept: boolean }[] = []
        // Ids come in the order of time.
        for (const { age, direct } of messages.toSorted((a, b) => b.age - a.age)) {
          const limit = direct ? realm : (own ?? realm)
          sent.push({ id: await said(direct ? [bob] : place, age), kept: limit === -1 || age < limit })
        }
        await keep(null, realm)
        await keep(place, own)
        await expire()
        expect(await remaining(...sent.map(({ id }) => id))).toEqual(
          sent.filter(({ kept }) => kept).map(({ id }) => id),
        )
        await here.test.superuser('DELETE FROM messaging.messages WHERE org_id = $1', [here.org])
      },
    ),
    { numRuns: size(15, 1000) },
  )
})
