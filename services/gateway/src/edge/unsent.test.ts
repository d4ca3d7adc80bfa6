import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { owned } from '@parley/kit'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { Pieces } from './pieces.ts'
import { Unsent } from './unsent.ts'

const facts = { org: 1, url: 'https://x', client: 'test', ip: '127.0.0.1' }
const sixty = new Pieces([Buffer.alloc(60_000_000)], [owned(Buffer.alloc(0))])

test('what was asked for on a connection that ends is counted no more, answered or not', async () => {
  const unsent = new Unsent()
  const answers: ServerResponse[] = []
  const server = createServer((_: IncomingMessage, response) => answers.push(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = z.object({ port: z.int() }).parse(server.address())
  const ask = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
  const socket = connect(port, '127.0.0.1')
  socket.write(ask + ask)
  await vi.waitFor(() => expect(answers.length).toBe(2))
  const other = connect(port, '127.0.0.1')
  onTestFinished(() => void other.destroy())
  other.write(ask)
  await vi.waitFor(() => expect(answers.length).toBe(3))
  const [first, behind, third] = answers
  if (!first || !behind || !third) throw new TypeError('three were asked for')
  unsent.hold(sixty, facts, null, behind)
  expect(() => unsent.hold(sixty, facts, null, third)).toThrow('unavailable')
  unsent.hold(sixty, { ...facts, org: 2 }, null, first)
  socket.destroy()
  await vi.waitFor(() => unsent.hold(sixty, facts, null, third))
  // Whoever has left holds nothing.
  for (let i = 0; i < 3; i++) unsent.hold(sixty, { ...facts, org: 3 }, null, first)
  unsent.hold(sixty, { ...facts, org: 3 }, null, third)
})
