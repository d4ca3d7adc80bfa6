import { EventsFrame } from '@parley/api'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Gathering, Member, Standing } from './crowd.ts'

// A process of its own: thousands of clients would hold up the loop that measures.

const standing = {
  open: 0,
  lost: 0,
  failed: 0,
  codes: {} as Record<string, number>,
  seen: {} as Record<string, number>,
  wrong: 0,
} satisfies Standing
const Said = z.object({ message: z.object({ content: z.string() }) })
const sockets = new Set<WebSocket>()
/** Attempts at a time: a client machine opens so many at once, and the rest as these are done. */
const atOnce = 400
let trying = 0
const waiting: (() => void)[] = []

async function turn(): Promise<void> {
  if (trying < atOnce) trying++
  else await new Promise<void>((next) => waiting.push(next))
}
function done(): void {
  const next = waiting.shift()
  if (next) next()
  else trying--
}

/** Keeps one socket open for as long as the process lives; comes back as the documentation says. */
async function keep(gathering: Gathering, member: Member, n: number): Promise<void> {
  const { addresses, port, host, ca, servername } = gathering
  let last = member.lastEventId
  let failures = 0
  for (;;) {
    await turn()
    const address = addresses[(n + failures) % addresses.length] ?? ''
    const query = new URLSearchParams({ queue_id: member.queueId, last_event_id: String(last) })
    // A source address for every few thousand: one alone has too few ports.
    const from = { ca, servername, localAddress: `127.0.1.${1 + (n % 8)}` }
    const socket = new WebSocket(`wss://${address}:${port}/api/v1/events/ws?${query.toString()}`, {
      ...from,
      perMessageDeflate: false,
      headers: { host, authorization: member.authorization },
    })
    let open = false
    socket.on('open', () => {
      open = true
      sockets.add(socket)
      standing.open++
      done()
    })
    socket.on('error', () => {})
    socket.on('message', (data: Buffer) => {
      const { events } = EventsFrame.parse(JSON.parse(data.toString()))
      for (const event of events) {
        if (event.type === 'heartbeat') continue
        if (event.id <= last) standing.wrong++
        last = event.id
        const { content } = Said.parse(event).message
        standing.seen[content] = (standing.seen[content] ?? 0) + 1
      }
    })
    socket.once('close', () => sockets.delete(socket))
    const code = await new Promise<number>((closed) => socket.once('close', closed))
    if (open) {
      failures = 0
      standing.open--
      standing.lost++
      standing.codes[code] = (standing.codes[code] ?? 0) + 1
    } else {
      failures++
      standing.failed++
      done()
      await new Promise((next) => setTimeout(next, 200 + (n % 300)))
    }
  }
}

process.on('message', (message: Gathering | 'standing' | 'drop') => {
  if (message === 'standing') process.send?.(standing)
  else if (message === 'drop') for (const socket of sockets) socket.terminate()
  else message.members.forEach((member, n) => void keep(message, member, n))
})
process.on('disconnect', () => process.exit())
