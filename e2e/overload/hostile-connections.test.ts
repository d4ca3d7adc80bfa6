import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { basicHeader } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pidOf } from '../faults/processes.ts'
import { type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { size } from '../size.ts'
import { type Connection, connection, type Reply, requestOf } from './connection.ts'
import { jobOf } from './generator.ts'
import { memoryOf, watchMemory } from './measures.ts'
import { newcomers } from './newcomers.ts'

let product: Product
let stage: Scene
let eve: Person
let ann: Person
let hers: Connection
beforeAll(async () => {
  product = await startProduct({ gateways: 1 })
  stage = await scene(product)
  eve = await stage.person('Eve Hostile')
  ann = await stage.person('Ann Honest')
  // Her connection stands before, and stays: dialled amid thousands, it would wait for the process that dials them all.
  hers = connection(target().target)
  await askHers()
}, 240_000)
afterAll(async () => {
  hers?.[Symbol.dispose]()
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 60_000)

const target = () => jobOf(stage, [eve])
const headers = (who?: Person) => ({ host: target().host, ...(who && basicHeader(who)) })
const askHers = (): Promise<Reply> => hers.ask(requestOf('GET', '/users/me', headers(ann)))

async function dial(): Promise<TLSSocket> {
  const socket = connect(target().target)
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}
/** What came until the server ended the connection. */
async function untilClosed(socket: TLSSocket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  // Not by `once`: a connection that is reset has ended too.
  await new Promise((closed) => socket.on('close', closed))
  return text
}
/** Writes one byte a second for as long as the server lets it. */
function drip(socket: TLSSocket, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 1000)
  socket.once('close', () => clearInterval(timer))
}

/** Somebody else's requests, one after the other, until `during` is over; all have to be answered. */
async function others(during: Promise<unknown>): Promise<void> {
  const state = { over: false }
  const end = during.finally(() => {
    state.over = true
  })
  let answered = 0
  while (!state.over) {
    expect((await askHers()).status).toBe(200)
    answered++
    await new Promise((next) => setTimeout(next, 50))
  }
  await end
  expect(answered).toBeGreaterThan(0)
}

const many = size(40, 2000)
const limit = size(120_000, 600_000)
// Ten seconds for the head and thirty for the whole, looked at every two; twice that on a busy machine.
const headersMs = 24_000
const requestMs = 64_000
// While all of them dial a newcomer waits its turn behind them; once they stand, no longer than anybody else does, and
// sooner than the first of them is cut off.
const patienceMs = size(20_000, 60_000)
const amidMs = 8_000

test(
  '[F72] heads and bodies that come byte by byte are cut as promised; others are answered, and newcomers get in',
  async () => {
    using coming = newcomers({ target: target().target, headers: headers(ann), patienceMs })
    const standing: Promise<unknown>[] = []
    const dialled = (): Promise<TLSSocket> => {
      const one = dial()
      standing.push(one)
      return one
    }
    // From when it stands, for so many take their time to be let in.
    const cut = async (socket: TLSSocket): Promise<{ answer: string; ms: number }> => {
      const began = performance.now()
      return { answer: await untilClosed(socket), ms: performance.now() - began }
    }
    const heads = Array.from({ length: many }, async () => {
      const socket = await dialled()
      socket.write('GET /api/v1/users/me HTTP/1.1\r\nx: ')
      drip(socket, 'y')
      return cut(socket)
    })
    const bodies = Array.from({ length: many }, async () => {
      const socket = await dialled()
      const request = requestOf('POST', '/messages', headers(eve), { content: 'x'.repeat(900) })
      socket.write(request.slice(0, -800))
      drip(socket, 'x')
      return cut(socket)
    })
    const all = Promise.all([Promise.all(heads), Promise.all(bodies)])
    await Promise.all([others(all), Promise.all(standing).then(() => coming.stood())])
    const [first, second] = await all
    const came = await coming.over()
    expect(new Set(came.map(({ status }) => status))).toEqual(new Set([200]))
    const amid = came.flatMap((one) => (one.amid ? [one.ms] : []))
    expect(amid.length).toBeGreaterThan(5)
    expect(Math.max(...amid)).toBeLessThan(amidMs)
    expect(new Set([...first, ...second].map(({ answer }) => answer.slice(0, 12)))).toEqual(
      new Set(['HTTP/1.1 408']),
    )
    expect(Math.max(...first.map(({ ms }) => ms))).toBeLessThan(headersMs)
    expect(Math.max(...second.map(({ ms }) => ms))).toBeLessThan(requestMs)
  },
  limit,
)

test(
  '[F71] bodies without an end and heads of 100,000 lines are refused; memory stays where it is',
  async () => {
    const before = memoryOf(product).get('gateway-1') ?? 0
    using memory = watchMemory(product)
    const endless = Array.from({ length: size(8, 32) }, async () => {
      const socket = await dial()
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
      const head = ['POST /api/v1/messages HTTP/1.1', `host: ${target().host}`, 'transfer-encoding: chunked']
      const { authorization } = basicHeader(eve)
      const type = 'content-type: application/x-www-form-urlencoded'
      socket.write(`${[...head, `authorization: ${authorization}`, type].join('\r\n')}\r\n\r\n`)
      const more = (): void => {
        while (!socket.destroyed && socket.writable && socket.write(chunk));
      }
      socket.on('drain', more)
      more()
      return untilClosed(socket)
    })
    const lines = Array.from({ length: size(8, 32) }, async () => {
      const socket = await dial()
      socket.write(`GET /api/v1/users/me HTTP/1.1\r\n${'x: y\r\n'.repeat(100_000)}\r\n`)
      return untilClosed(socket)
    })
    await others(Promise.all([...endless, ...lines]))
    const statuses = async (answers: readonly Promise<string>[]) =>
      new Set(
        (await Promise.all(answers)).map((answer) => answer.slice(9, 12)).filter((status) => status !== ''),
      )
    // Who still writes when the connection ends may find it reset before the answer was read.
    expect([...(await statuses(endless))].filter((status) => status !== '413')).toEqual([])
    expect([...(await statuses(lines))].filter((status) => status !== '431')).toEqual([])
    expect((memory.peaks().get('gateway-1') ?? 0) - before).toBeLessThan(200)
  },
  limit,
)

test(
  '[F77] a storm of sign-ins is bounded; who is signed in is answered',
  async () => {
    const authBefore = pidOf(product, 'auth-1')
    using memory = watchMemory(product)
    const before = memory.peaks().get('auth-1') ?? 0
    const storm = Array.from({ length: size(150, 1000) }, async (_, n): Promise<Reply> => {
      using on = connection(target().target)
      const fields = { username: n % 2 === 0 ? eve.email : `nobody${n}@example.com`, password: `wrong ${n}` }
      return on.ask(requestOf('POST', '/fetch_api_key', headers(), fields))
    })
    await others(Promise.all(storm))
    const answers = await Promise.all(storm)
    const statuses = new Set(answers.map(({ status }) => status))
    // Refused for their passwords as far as there is room, the rest told to come again.
    expect(statuses.has(503) || statuses.has(429)).toBe(true)
    expect([...statuses].filter((status) => ![401, 403, 429, 503].includes(status))).toEqual([])
    const told = answers.filter(({ status }) => status === 429 || status === 503)
    expect(told.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([])
    expect(pidOf(product, 'auth-1')).toBe(authBefore)
    // Two hashes at a time hold 19 MiB each.
    expect((memory.peaks().get('auth-1') ?? 0) - before).toBeLessThan(200)
    const key = await stage
      .client({})
      .ok('POST', '/fetch_api_key', { username: ann.email, password: ann.password })
    expect(key['api_key']).toHaveLength(32)
  },
  limit,
)

test('[F51] at its limit of open files a gateway takes no new connection, and answers on those it has', async () => {
  const pid = pidOf(product, 'gateway-1')
  const former = /Max open files\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? ''
  const limit = (soft: number | string) =>
    promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${soft}:`])
  const dialled: TLSSocket[] = []
  const shaken = (): Promise<boolean> =>
    new Promise((done) => {
      const socket = connect(target().target, () => done(true))
      dialled.push(socket)
      socket.setTimeout(5_000, () => socket.destroy())
      socket.on('error', () => {})
      socket.once('close', () => done(false))
    })
  expect((await askHers()).status).toBe(200)
  await limit(readdirSync(`/proc/${pid}/fd`).length + 10)
  try {
    const storm = await Promise.all(Array.from({ length: 60 }, shaken))
    // The fault happened: some found no place.
    expect(storm).toContain(false)
    expect((await askHers()).status).toBe(200)
  } finally {
    await limit(former)
    for (const socket of dialled) socket.destroy()
  }
  await expect.poll(shaken, { timeout: 20_000 }).toBe(true)
  expect(pidOf(product, 'gateway-1')).toBe(pid)
}, 60_000)
