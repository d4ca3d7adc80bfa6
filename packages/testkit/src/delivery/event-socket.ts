import { EventsFrame } from '@parley/api'
import { WebSocket } from 'ws'
import { contentsOf, type QueueEvent } from './event-queue.ts'

export interface SocketOptions {
  /** The organisation's URL and the CA of its certificate. */
  readonly url: string
  readonly ca: string
  /** Which gateway, from 1. */
  readonly gateway: number
  readonly queueId: string
  readonly lastEventId: number
  /** What proves who it is: `authorization`, or with a `cookie` also `origin`. */
  readonly headers: Readonly<Record<string, string>>
}

/** An open socket of a queue; dispose it to close it. */
export interface OpenSocket extends Disposable {
  readonly events: readonly QueueEvent[]
  /** Contents of the messages that came. */
  contents(): string[]
  /** Resolves when `done` holds of what came; rejects where the socket ends before. */
  until(done: (events: readonly QueueEvent[]) => boolean): Promise<void>
  /** The code it was closed with. */
  readonly closed: Promise<number>
  send(frame: unknown): void
  /** Reads no more, so that what comes fills the network's buffers, until `goOn`. */
  stall(): void
  goOn(): void
}

/** @throws Error where the gateway answers with anything but a socket */
export async function eventSocket(options: SocketOptions): Promise<OpenSocket> {
  const { url, ca, gateway, queueId, lastEventId, headers } = options
  const { host, port } = new URL(url)
  const query = new URLSearchParams({ queue_id: queueId, last_event_id: String(lastEventId) })
  const root = 'cookie' in headers ? '/json' : '/api/v1'
  const address = `wss://127.0.0.${gateway + 1}:${port}${root}/events/ws?${query.toString()}`
  const tls = { ca, servername: 'localhost', headers: { host, ...headers } }
  const socket = new WebSocket(address, tls)
  const events: QueueEvent[] = []
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const each of waiting) each()
  }
  socket.on('message', (data: Buffer) => {
    events.push(...EventsFrame.parse(JSON.parse(data.toString())).events)
    look()
  })
  let ended: number | null = null
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      ended = code
      resolve(code)
      look()
    })
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return {
    events,
    contents: () => contentsOf(events),
    until: (done) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (done(events)) resolve()
          else if (ended !== null) reject(new Error(`the socket was closed with ${ended}`))
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    stall: () => socket.pause(),
    goOn: () => socket.resume(),
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** The header that proves an account by its API key. */
export const basicHeader = (who: { readonly email: string; readonly apiKey: string }) => ({
  authorization: `Basic ${Buffer.from(`${who.email}:${who.apiKey}`).toString('base64')}`,
})
