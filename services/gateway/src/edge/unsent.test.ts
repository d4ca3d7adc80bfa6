import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { fixedClock } from '@parley/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import type { Caller } from './exchange.ts'
import { Unsent } from './unsent.ts'

const bounds = {
  inAll: 1000,
  ofOrganisation: 600,
  ofPerson: 300,
  refusedFrom: 200,
  refusedStrangersFrom: 100,
}
const as = (user: number, botOwner: number | null = null): Caller => ({
  credential: { scheme: 'session', token: 't' },
  principal: { org: 1, user, generation: 1, credential: 'session:1' },
  role: 400,
  incomingWebhook: false,
  botOwner,
  until: Infinity,
})

/** A server that leaves answers to the test. */
async function scene() {
  const clock = fixedClock(0)
  const unsent = new Unsent(clock, bounds)
  const answers: ServerResponse[] = []
  const server = createServer((_: IncomingMessage, response) => answers.push(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = z.object({ port: z.int() }).parse(server.address())
  /** So many requests on a new connection. */
  async function ask(requests = 1): Promise<{ responses: ServerResponse[]; client: Socket }> {
    const client = connect(port, '127.0.0.1')
    client.on('error', () => {})
    const before = answers.length
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(requests))
    await vi.waitFor(() => expect(answers.length).toBe(before + requests))
    return { responses: answers.slice(before), client }
  }
  /** Somebody's answer on a connection of its own, and whether that has been ended. */
  async function hold(bytes: number, org: number, caller: Caller): Promise<() => boolean> {
    const { responses } = await ask()
    for (const response of responses) unsent.hold(bytes, org, caller, response)
    return () => responses.some(({ req }) => req.socket.destroyed)
  }
  return { clock, unsent, ask, hold }
}

test('who is not signed in and takes nothing is refused more, and nobody elsewhere', async () => {
  const { unsent, ask } = await scene()
  const { responses, client } = await ask(2)
  for (const response of responses) unsent.hold(50, 1, null, response)
  expect(() => unsent.check(1, null, '::ffff:127.0.0.1')).toThrow('unavailable')
  for (const [org, caller, ip] of [
    [1, null, '127.0.0.2'],
    [2, null, '127.0.0.1'],
    [1, as(1), '127.0.0.1'],
  ] as const)
    unsent.check(org, caller, ip)
  client.destroy()
  await vi.waitFor(() => expect(unsent.bytes).toBe(0))
  unsent.check(1, null, '127.0.0.1')
})

test('what was asked for on a connection that ends is counted no more, answered or not', async () => {
  const { unsent, ask } = await scene()
  const { responses, client } = await ask(20)
  const warned: string[] = []
  const onWarning = ({ name }: Error): number => warned.push(name)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  for (const response of responses) unsent.hold(10, 1, as(1), response)
  expect(unsent.bytes).toBe(200)
  expect(() => unsent.check(1, as(1), '127.0.0.1')).toThrow('unavailable')
  for (const [org, caller] of [
    [1, as(2)],
    [2, as(1)],
    [1, null],
  ] as const)
    unsent.check(org, caller, '127.0.0.1')
  const sent = responses.slice(0, 5).map((response) => once(response.end(), 'close'))
  await Promise.all(sent)
  expect(unsent.bytes).toBe(150)
  unsent.check(1, as(1), '127.0.0.1')
  client.destroy()
  await vi.waitFor(() => expect(unsent.bytes).toBe(0))
  // Whoever has left holds nothing.
  for (const response of responses) unsent.hold(10, 1, as(1), response)
  expect([unsent.bytes, unsent.ended, warned]).toEqual([0, 0, []])
})

test('bots are counted with their owners', async () => {
  const { unsent, hold } = await scene()
  await hold(100, 1, as(7, 3))
  await hold(100, 1, as(8, 3))
  for (const caller of [as(3), as(7, 3), as(9, 3)])
    expect(() => unsent.check(1, caller, '127.0.0.1')).toThrow('unavailable')
  unsent.check(1, as(7), '127.0.0.1')
})

test('whoever has more than there is room for loses what was read least, not the newest', async () => {
  const { unsent, clock, hold, ask } = await scene()
  const other = await hold(100, 1, as(2))
  clock.advance(1)
  const { responses, client } = await ask()
  client.resume()
  for (const response of responses) unsent.hold(100, 1, as(1), response)
  clock.advance(1)
  const unread = await hold(150, 1, as(1))
  clock.advance(1)
  await Promise.all(
    responses.map((response) => new Promise((done) => response.write(Buffer.alloc(100_000), done))),
  )
  const newest = await hold(150, 1, as(1))
  expect([other(), unread(), newest(), unsent.bytes]).toEqual([false, true, false, 350])
  expect(responses.map(({ req }) => req.socket.destroyed)).toEqual([false])
})

test('one answer may be larger than the room; several on one connection may not', async () => {
  const { unsent, hold, ask } = await scene()
  const large = await hold(5000, 1, as(1))
  expect([large(), unsent.bytes]).toEqual([false, 5000])
  const { responses } = await ask(2)
  for (const response of responses) unsent.hold(200, 2, as(1), response)
  expect(responses.map(({ req }) => req.socket.destroyed)).toEqual([true, true])
})

test('where an organisation has no room, whoever holds most of it makes some', async () => {
  const { unsent, clock, hold } = await scene()
  const small = await hold(100, 1, as(1))
  clock.advance(1)
  const many = [await hold(125, 1, as(2)), await hold(125, 1, as(2))]
  const some = await hold(200, 1, as(3))
  const elsewhere = await hold(250, 2, as(2))
  const newest = await hold(60, 1, as(4))
  expect([small, ...many, some, elsewhere, newest].map((one) => one())).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
  ])
  expect([unsent.bytes, unsent.ended]).toEqual([735, 1])
})

test('where there is no room at all, the organisation that holds most makes some', async () => {
  const { unsent, hold } = await scene()
  const many = [await hold(200, 1, as(1)), await hold(180, 1, as(2)), await hold(190, 1, as(3))]
  const other = await hold(300, 2, as(1))
  const newest = await hold(140, 3, as(1))
  expect([...many, other, newest].map((one) => one())).toEqual([true, false, false, false, false])
  expect(unsent.bytes).toBe(810)
})

test('a reader who takes too little for a minute loses the connection, others do not', async () => {
  const { unsent, clock, hold, ask } = await scene()
  unsent.look()
  const idle = await hold(100, 1, as(1))
  const { responses, client } = await ask()
  client.resume()
  for (const response of responses) unsent.hold(100, 1, as(2), response)
  clock.advance(59_999)
  await Promise.all(
    responses.map((response) => new Promise((done) => response.write(Buffer.alloc(100_000), done))),
  )
  unsent.look()
  expect([idle(), unsent.bytes]).toEqual([false, 200])
  clock.advance(1)
  unsent.look()
  expect([idle(), unsent.bytes, unsent.ended]).toEqual([true, 100, 1])
  // A little is not enough.
  await Promise.all(
    responses.map((response) => new Promise((done) => response.write(Buffer.alloc(1000), done))),
  )
  clock.advance(60_000)
  unsent.look()
  expect([unsent.bytes, unsent.ended]).toEqual([0, 2])
})
