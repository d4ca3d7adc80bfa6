import type { Socket } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'

// What permessage-deflate would save and cost (decision 55): frames as people get them, to many sockets of one process, read
// by another. Run by hand, a way at a time, since one leaves
// its memory to the next: `node --expose-gc e2e/load/compressed-frames.ts none|alone|context`.
const sockets = 500
const frames = 200
const ways = {
  none: false,
  alone: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
  context: { threshold: 0 },
} as const

const words =
  'tea green kettle cup of the and a to later please thanks meeting at four yes no maybe look here'.split(' ')
/** A message as its reader gets it in a frame. */
const frame = (n: number): string => {
  const text = Array.from({ length: 12 }, (_, i) => words[(n * 7 + i * i) % words.length]).join(' ')
  return JSON.stringify({
    type: 'message',
    id: n,
    flags: [],
    message: {
      id: 100_000 + n,
      sender_id: n % 40,
      sender_email: `person${n % 40}@example.org`,
      sender_full_name: `Person Number ${n % 40}`,
      sender_realm_str: 'acme',
      avatar_url: `/avatar/${n % 40}?version=1`,
      client: 'ZulipElectron',
      content: `<p>${text}</p>`,
      content_type: 'text/html',
      timestamp: 1_800_000_000 + n,
      type: 'stream',
      display_recipient: 'general',
      stream_id: 7,
      subject: 'daily',
      topic_links: [],
      recipient_id: 19,
      is_me_message: false,
      reactions: [],
      submessages: [],
    },
  })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

async function measure(perMessageDeflate: (typeof ways)[keyof typeof ways]): Promise<Record<string, string>> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = z.object({ port: z.int() }).parse(server.address())
  const before = memory()
  let got = 0
  let done = (): void => {}
  const all = new Promise<void>((resolve) => (done = resolve))
  const wires: Socket[] = []
  server.on('connection', (_, request) => wires.push(request.socket))
  const readers = await Promise.all(
    Array.from({ length: sockets }, async () => {
      const reader = new WebSocket(`ws://127.0.0.1:${port}`, {
        perMessageDeflate: perMessageDeflate !== false,
      })
      reader.on('message', () => {
        if (++got === sockets * frames) done()
      })
      await new Promise((resolve) => reader.once('open', resolve))
      return reader
    }),
  )
  const began = process.cpuUsage()
  for (let n = 0; n < frames; n++) {
    const text = frame(n)
    for (const socket of server.clients) socket.send(text)
    await settled()
  }
  await all
  const used = process.cpuUsage(began)
  const kept = memory() - before
  const bytes = wires.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  for (const reader of readers) reader.terminate()
  server.close()
  return {
    'bytes a frame': (bytes / sockets / frames).toFixed(0),
    'CPU a frame, µs, both ends': ((used.user + used.system) / sockets / frames).toFixed(1),
    'KiB a pair of ends': (kept / sockets / 1024).toFixed(0),
  }
}

const name = z.enum(['none', 'alone', 'context']).parse(process.argv[2])
process.stdout.write(`${name} ${JSON.stringify(await measure(ways[name]))}\n`)
