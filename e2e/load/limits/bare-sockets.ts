import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { z } from 'zod'

// The least that holds WebSockets over TLS and tells all of them the same: each frame is built once and written to
// every connection as it is. `POST /` broadcasts, and answers when the last frame is written.
const { data } = z.object({ data: z.string() }).parse(JSON.parse(process.argv[2] ?? '{}'))
const Broadcast = z.object({
  frames: z.int(),
  /** Bytes of each frame's text. */
  bytes: z.int().min(130).max(60_000),
  /** The id that the first frame ends with; the next has the next. */
  firstId: z.int(),
  /** 0: as fast as the connections take them. */
  everyMs: z.number(),
})

const file = (name: string): string => readFileSync(join(data, 'certs', 'public', name), 'utf8')
const connections = new Set<Duplex>()
const server = createServer({ cert: file('server.crt'), key: file('server.key') }, (request, response) => {
  void asked(request).then((answer) => response.end(answer))
})
new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 4096, clientTracking: false }).on(
  'connection',
  (socket, { socket: connection }) => {
    connections.add(connection)
    socket.on('message', () => {})
    socket.on('error', () => socket.terminate())
    socket.on('close', () => connections.delete(connection))
  },
)

async function asked(request: IncomingMessage): Promise<string> {
  const { frames, bytes, firstId, everyMs } = Broadcast.parse(JSON.parse(await text(request)))
  let due = performance.now()
  for (let i = 0; i < frames; i++) {
    const frame = frameOf(bytes, firstId + i)
    for (const connection of connections) connection.write(frame)
    if (everyMs === 0) await drained()
    else await delay(Math.max(0, (due += everyMs) - performance.now()))
  }
  return '{}'
}

/** A text frame as it goes over the wire. */
function frameOf(bytes: number, id: number): Buffer {
  const end = `","id":${id}}]}`
  const payload = Buffer.from(`{"type":"events","events":[{"content":"${'x'.repeat(bytes)}`)
  payload.write(end, bytes - end.length)
  return Buffer.concat([Buffer.from([0x81, 126, bytes >> 8, bytes & 255]), payload.subarray(0, bytes)])
}

async function drained(): Promise<void> {
  await new Promise(setImmediate)
  for (const connection of connections)
    while (connection.writableNeedDrain && !connection.destroyed) await delay(1)
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
