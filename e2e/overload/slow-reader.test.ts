import { closeCode, EventsFrame } from '@parley/api'
import { basicHeader, contentsOf, eventQueue, type QueueEvent } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { historyOf } from './history.ts'
import { metricOf } from './measures.ts'
import { type Reader, socketReader } from './reader.ts'

let product: Product
let stage: Scene
let slow: Person
let fast: Person
beforeAll(async () => {
  product = await startProduct({ gateways: 1 })
  stage = await scene(product)
  slow = await stage.person('Sam Slow')
  fast = await stage.person('Fay Fast')
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'flood' }],
    principals: [stage.org.owner.user_id, slow.id, fast.id],
  })
}, 240_000)
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 60_000)

const say = (content: string) =>
  stage.owner.ok('POST', '/messages', { type: 'channel', to: 'flood', topic: 'flood', content })

/** A socket that may stop reading. */
async function open(who: Person, queueId: string, lastEventId: number) {
  const { host, port, hostname: servername } = new URL(stage.org.url)
  const tls = { ca: stage.ca, servername }
  const query = new URLSearchParams({ queue_id: queueId, last_event_id: String(lastEventId) })
  const socket = new WebSocket(`wss://127.0.0.2:${port}/api/v1/events/ws?${query.toString()}`, {
    ...tls,
    headers: { host, ...basicHeader(who) },
  })
  const events: QueueEvent[] = []
  socket.on('message', (data: Buffer) => {
    events.push(...EventsFrame.parse(JSON.parse(data.toString())).events)
  })
  socket.on('error', () => {})
  const closed = new Promise<number>((done) => socket.once('close', done))
  await new Promise((done) => socket.once('open', done))
  return { socket, events, closed }
}

const letGo = (): Promise<number> => metricOf(product, 'gateway-1', 'parley_gateway_slow_readers_total')

/** Sends until the gateway has let a slow reader go. */
async function flood(name: string): Promise<void> {
  const before = await letGo()
  for (let n = 0; (await letGo()) === before; n += 8) {
    if (n > 2000) throw new Error('the slow reader was never let go')
    const sends = Array.from({ length: 8 }, (_, i) => say(`${name} ${n + i} ${'x'.repeat(9_000)}`))
    await Promise.all(sends)
  }
}

test('[F73] a socket that reads too slowly ends with a code to resume by; nothing is lost, others read on', async () => {
  const other: Reader = await socketReader(stage, fast, 1)
  const reading = other.until('the end')
  const queue = await eventQueue(slow, { event_types: ['message'], apply_markdown: false })
  const first = await open(slow, queue.id, queue.last)
  first.socket.pause()
  await flood('flood')
  await say('the end')
  await reading
  const history = await historyOf(stage.owner, 'flood')
  expect(other.contents()).toEqual(history)
  expect(other.codes).toEqual([])
  first.socket.resume()
  expect(await first.closed).toBe(closeCode.resume)
  // It was behind: the fault happened.
  expect(contentsOf(first.events).length).toBeLessThan(history.length)
  const second = await open(slow, queue.id, first.events.at(-1)?.id ?? queue.last)
  await expect.poll(() => contentsOf(second.events).at(-1), { timeout: 30_000 }).toBe('the end')
  expect([...contentsOf(first.events), ...contentsOf(second.events)]).toEqual(history)
  second.socket.terminate()
}, 180_000)

test('[F73] a client that sends pings and reads no answer is cut; others read on', async () => {
  const other = await socketReader(stage, fast, 1)
  const reading = other.until('after the pings')
  const queue = await eventQueue(slow, { event_types: ['message'] })
  const { socket, closed } = await open(slow, queue.id, queue.last)
  socket.pause()
  const payload = Buffer.alloc(125)
  const ping = setInterval(() => {
    for (let i = 0; i < 500 && socket.readyState === socket.OPEN; i++) socket.ping(payload)
  }, 10)
  // Paused, it cannot see the end of the connection; its writes do.
  const ended = await Promise.race([closed, new Promise((done) => socket.once('error', () => done('error')))])
  clearInterval(ping)
  expect([1006, 'error']).toContain(ended)
  await say('after the pings')
  await reading
  expect(other.codes).toEqual([])
}, 120_000)
