import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { type Person, type Product, scene, type Scene, startProduct } from './product.ts'

// These tests kill gateways, so they have a product of their own.
let product: Product
let stage: Scene
beforeAll(async () => {
  product = await startProduct({ gateways: 2 })
  stage = await scene(product)
}, 240_000)
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 60_000)

const Polled = z.object({ events: z.array(z.looseObject({ id: z.int(), type: z.string() })) })
const contentOf = (event: unknown): string =>
  z.object({ message: z.object({ content: z.string() }) }).parse(event).message.content
const gateway = (n: number): string => `127.0.0.${n + 1}`

/** The supervisor has brought it back. */
async function gatewayAnswers(n: number): Promise<void> {
  const nobody = stage.client({ address: gateway(n) })
  const answers = (): Promise<boolean> =>
    nobody.get('/server_settings').then(
      ({ status }) => status === 200,
      () => false,
    )
  await expect.poll(answers, { timeout: 60_000, interval: 200 }).toBe(true)
}

async function killGateway(n: number): Promise<void> {
  const before = product.state().processes.find((p) => p.name === `gateway-${n}`)
  if (!before) throw new Error(`gateway-${n} is not in run.json`)
  process.kill(before.pid, 'SIGKILL')
  // Fault tests prove their fault: the pid that was killed is gone.
  await expect
    .poll(() => product.state().processes.find((p) => p.name === `gateway-${n}`)?.pid, { timeout: 30_000 })
    .not.toBe(before.pid)
}

async function sceneWithReader(name: string): Promise<{
  reader: Person
  channel: string
  register: () => Promise<{ queue: string; last: number }>
  say: (content: string) => Promise<void>
}> {
  const reader = await stage.person(name)
  const channel = `about ${name}`
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: channel }],
    principals: [reader.id, stage.org.owner.user_id],
  })
  const sender = stage.client({
    email: stage.org.owner.email,
    apiKey: stage.org.owner.api_key,
    address: gateway(2),
  })
  return {
    reader,
    channel,
    async register() {
      const first = stage.client({ email: reader.email, apiKey: reader.apiKey, address: gateway(1) })
      const made = await first.ok('POST', '/register', { event_types: ['message'] })
      return z
        .object({ queue_id: z.string(), last_event_id: z.int() })
        .transform((r) => ({ queue: r.queue_id, last: r.last_event_id }))
        .parse(made)
    },
    async say(content) {
      await sender.ok('POST', '/messages', { type: 'channel', to: channel, topic: 'order', content })
    },
  }
}

test('a queue made at gateway 1 goes on at gateway 2 after gateway 1 was killed: every event once, in order', async () => {
  const { reader, register, say } = await sceneWithReader('Poll Reader')
  let { queue, last } = await register()
  const seen: string[] = []
  const poll = async (address: string): Promise<void> => {
    const client = stage.client({ email: reader.email, apiKey: reader.apiKey, address })
    const { events } = Polled.parse(
      await client.ok('GET', '/events', { queue_id: queue, last_event_id: last }),
    )
    for (const event of events) {
      expect(event.id).toBeGreaterThan(last)
      last = event.id
      if (event.type === 'message') seen.push(contentOf(event))
    }
  }
  const until = async (count: number, address: string): Promise<void> => {
    while (seen.length < count) await poll(address)
  }
  for (let i = 0; i < 5; i++) await say(`message ${i}`)
  await until(5, gateway(2))
  for (let i = 5; i < 8; i++) await say(`message ${i}`)
  await until(8, gateway(1))
  await killGateway(1)
  for (let i = 8; i < 12; i++) await say(`message ${i}`)
  await until(12, gateway(2))
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => `message ${i}`))
})

test('the same by WebSocket, resumed at the other gateway', async () => {
  await gatewayAnswers(1)
  const { reader, register, say } = await sceneWithReader('Socket Reader')
  let { queue, last } = await register()
  const seen: string[] = []
  const open = (
    address: string,
  ): { socket: WebSocket; got: (count: number) => Promise<void>; closed: Promise<void> } => {
    const { host, port, hostname } = new URL(stage.org.url)
    const tls = { ca: stage.ca, servername: hostname }
    const basic = Buffer.from(`${reader.email}:${reader.apiKey}`).toString('base64')
    const socket = new WebSocket(
      `wss://${address}:${port}/api/v1/events/ws?queue_id=${queue}&last_event_id=${last}`,
      { ...tls, headers: { host, authorization: `Basic ${basic}` } },
    )
    const waiting: { count: number; done: () => void }[] = []
    socket.on('message', (data: Buffer) => {
      for (const event of Polled.parse(JSON.parse(data.toString())).events) {
        if (event.type === 'heartbeat') continue
        expect(event.id).toBeGreaterThan(last)
        last = event.id
        if (event.type === 'message') seen.push(contentOf(event))
      }
      for (const w of waiting) if (seen.length >= w.count) w.done()
    })
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    socket.on('error', () => undefined)
    return {
      socket,
      closed,
      got: (count) =>
        new Promise((done) => {
          if (seen.length >= count) done()
          else waiting.push({ count, done })
        }),
    }
  }
  const first = open(gateway(1))
  for (let i = 0; i < 4; i++) await say(`frame ${i}`)
  await first.got(4)
  await killGateway(1)
  await first.closed
  for (let i = 4; i < 7; i++) await say(`frame ${i}`)
  const second = open(gateway(2))
  for (let i = 7; i < 9; i++) await say(`frame ${i}`)
  await second.got(9)
  second.socket.close()
  await second.closed
  expect(seen).toEqual(Array.from({ length: 9 }, (_, i) => `frame ${i}`))
})
