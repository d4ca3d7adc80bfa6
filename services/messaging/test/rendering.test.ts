import { Worker } from 'node:worker_threads'
import { heldThreads } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
/** Whose thread does what it is for. */
let one: Instance
/** Whose thread holds every message until it is let go, and whose line is short. */
let slow: Instance
let ann: number
let general: Channel

const threads = heldThreads()
const { letGo, isHeld } = threads

beforeAll(async () => {
  here = await world()
  const unhurried = { waitMs: 60_000, workMs: 60_000 }
  one = await here.instance({ rendering: { bounds: unhurried } })
  slow = await here.instance({ rendering: { start: threads.start, bounds: { ...unhurried, mostOfOne: 1 } } })
  general = await here.channel({ name: 'general' })
})
beforeEach(async () => {
  threads.holdAgain()
  ann = await here.user()
  await here.subscribe(general, ann)
})
afterAll(async () => {
  letGo()
  await one[Symbol.asyncDispose]()
  await slow[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const source = '```py\nif a:\n```'
const shown = '<span class="k">if</span>'
const words = (content: string) => ({ type: 'channel', to: general.id, topic: 'tea', content })
const Sent = z.object({ id: z.int() })
const send = async (at: Instance, content: string, key?: string): Promise<number> =>
  Sent.parse(
    await at.ask(
      ann,
      'send-message',
      words(content),
      key === undefined ? {} : { facts: { idempotencyKey: key } },
    ),
  ).id
const htmlOf = async (id: number): Promise<string> => {
  const read = await one.ask(ann, 'get-message', {}, { path: { message_id: String(id) } })
  return z.object({ message: z.object({ content: z.string() }) }).parse(read).message.content
}
const newest = async (): Promise<number> =>
  z
    .object({ messages: z.tuple([z.object({ id: z.int() })]) })
    .parse(await one.ask(ann, 'get-messages', { anchor: 'newest', num_before: 1, num_after: 0 })).messages[0]
    .id

test('code is marked in what is sent, rendered and edited', async () => {
  const id = await send(one, source)
  expect(await htmlOf(id)).toContain(shown)
  const made = z.object({ rendered: z.string() })
  expect(made.parse(await one.ask(ann, 'render-message', { content: source })).rendered).toContain(shown)
  const other = await send(one, 'plain')
  const path = { message_id: String(other) }
  await one.ask(ann, 'update-message', { content: source }, { path })
  expect(await htmlOf(other)).toContain(shown)
})

test('and in what is sent later, and in reminders', async () => {
  const about = await send(one, 'plain')
  const soon = Math.floor(one.clock.now() / 1000) + 60
  await one.ask(ann, 'create-scheduled-message', { ...words(source), scheduled_delivery_timestamp: soon })
  await one.ask(ann, 'create-message-reminder', {
    message_id: about,
    note: source,
    scheduled_delivery_timestamp: soon,
  })
  const kept = [await one.ask(ann, 'get-scheduled-messages'), await one.ask(ann, 'get-reminders')]
  expect(kept.map((some) => JSON.stringify(some).split('class=\\"k\\"').length - 1)).toEqual([1, 1])
  expect(await deliverAll(one, (soon + 1) * 1000)).toBe(2)
  const all = await one.ask(ann, 'get-messages', { anchor: 'newest', num_before: 2, num_after: 0 })
  expect(JSON.stringify(all).split('class=\\"k\\"').length - 1).toBe(2)
})

test('while the thread is held, everything else is done, and what waits for it is written when it has come', async () => {
  const code = send(slow, source)
  await isHeld()
  const plain = [await send(slow, 'one'), await send(slow, 'two')]
  expect(await slow.ask(ann, 'render-message', { content: 'x' })).toMatchObject({ rendered: '<p>x</p>' })
  expect(await newest()).toBe(plain[1])
  letGo()
  const id = await code
  expect(id).toBeGreaterThan(Math.max(...plain))
  expect(await htmlOf(id)).toContain('<code>held</code>')
})

const openTransactions = (): Promise<unknown[]> =>
  here.test.superuser(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
  )

test('a preview that waits for the thread holds no connection', async () => {
  const preview = slow.ask(ann, 'render-message', { content: source })
  await isHeld()
  expect(await openTransactions()).toEqual([])
  letGo()
  expect(await preview).toMatchObject({ rendered: expect.stringContaining('<code>held</code>') as string })
})

test('nothing is rendered for who is out of use, whatever memory says', async () => {
  const gone = await here.user()
  const preview = () => outcome(one.ask(gone, 'render-message', { content: 'x' }))
  expect(await preview()).toEqual({ rendered: '<p>x</p>' })
  await here.deactivate(gone)
  expect(await preview()).toMatchObject({ code: 'UNAUTHORIZED' })
})

test('a message that is sent twice while the thread is held is one', async () => {
  const first = send(slow, source, 'key')
  await isHeld()
  const second = send(slow, source, 'key')
  letGo()
  expect(await second).toBe(await first)
})

test('where too many wait for the thread, the next is told to come again, and comes', async () => {
  const before = await send(slow, 'plain')
  const first = send(slow, source)
  await isHeld()
  const busy = { code: 'UNAVAILABLE', msg: 'Service temporarily unavailable', 'retry-after': 1 }
  const others = [outcome(send(slow, source)), outcome(send(slow, source))]
  expect(await Promise.race(others)).toEqual(busy)
  expect(await newest()).toBe(before)
  letGo()
  await first
  expect((await Promise.all(others)).filter((id) => Number(id) > before)).toHaveLength(1)
  expect(await send(slow, source)).toBeGreaterThan(before)
})

test('a thread that dies leaves code as it was written, and whoever runs this is told', async () => {
  const dying = await here.instance({
    rendering: { start: () => new Worker('process.exit(1)', { eval: true, stdout: true, stderr: true }) },
  })
  expect(await htmlOf(await send(dying, source))).toContain('<code>if a:\n</code>')
  expect(dying.reported).toEqual([['rendering', expect.any(Error)]])
  await dying[Symbol.asyncDispose]()
})
