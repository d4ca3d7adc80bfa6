import { setTimeout as pause } from 'node:timers/promises'
import { closeCode } from '@parley/api'
import {
  type ApiClient,
  contentsOf,
  eventQueue,
  eventSocket,
  type OpenSocket,
  type QueueEvent,
} from '@parley/testkit'
import { z } from 'zod'

/** A client that reads its queue for as long as it is let, and connects again where it may. */
export interface Reader extends AsyncDisposable {
  readonly queueId: string
  readonly events: readonly QueueEvent[]
  contents(): string[]
  /** Resolves when its right to read has ended. */
  readonly revoked: Promise<void>
  /** Codes with which its sockets were closed so far, or statuses of polls that failed. */
  readonly refusals: readonly number[]
}

const Polled = z.object({ events: z.array(z.looseObject({ id: z.int(), type: z.string() })) })
/** So that what comes for a moment only does not keep a processor busy. */
const againMs = 50

/** One turn of reading: what came, and whether that was the end. */
type Turn = (last: number) => Promise<{ events: readonly QueueEvent[]; refused: number | null }>

function reader(queueId: string, start: number, turn: Turn, ended: number, stop: () => void): Reader {
  const events: QueueEvent[] = []
  const refusals: number[] = []
  const over = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    let last = start
    while (!over.signal.aborted) {
      const came = await turn(last)
      events.push(...came.events.filter(({ type }) => type !== 'heartbeat'))
      last = events.at(-1)?.id ?? last
      if (came.refused === null || over.signal.aborted) continue
      refusals.push(came.refused)
      if (came.refused === ended) {
        resolve()
        return
      }
      await pause(againMs)
    }
  }
  const running = run()
  return {
    queueId,
    events,
    contents: () => contentsOf(events),
    revoked: promise,
    refusals,
    async [Symbol.asyncDispose]() {
      over.abort()
      stop()
      await running.catch(() => {})
    },
  }
}

const messages = { event_types: ['message'] }
/** Answers by which a reader knows that it is let in no more. */
const credentialEnded = 401
/** The same for one whose queue is no more. */
export const queueEnded = 400

/** Reads by long polls. `client`: to be disposed by whoever made it, after the reader's end. */
export async function pollReader(
  client: ApiClient,
  wanted: Readonly<Record<string, unknown>> = messages,
  ended = credentialEnded,
): Promise<Reader> {
  const { id, last } = await eventQueue(client, wanted)
  const over = new AbortController()
  const gone = new Promise<null>((resolve) => {
    over.signal.addEventListener('abort', () => resolve(null))
  })
  const turn: Turn = async (after) => {
    const asked = client.get('/events', { queue_id: id, last_event_id: after }).catch(() => null)
    const answer = await Promise.race([asked, gone])
    if (answer?.status === 200) return { events: Polled.parse(answer.body).events, refused: null }
    return { events: [], refused: answer?.status ?? 0 }
  }
  return reader(id, last, turn, ended, () => over.abort())
}

export interface SocketPlace {
  readonly url: string
  readonly ca: string
  readonly gateway: number
  readonly headers: Readonly<Record<string, string>>
}

/** Reads by a WebSocket at one gateway, and by another one where that is closed. */
export async function socketReader(
  client: ApiClient,
  place: SocketPlace,
  wanted: Readonly<Record<string, unknown>> = messages,
  ended: number = closeCode.revoked,
): Promise<Reader> {
  const { id, last } = await eventQueue(client, wanted)
  let current: OpenSocket | null = await eventSocket({ ...place, queueId: id, lastEventId: last })
  const handed: { socket: OpenSocket | null; upTo: number } = { socket: null, upTo: 0 }
  const turn: Turn = async (after) => {
    current ??= await eventSocket({ ...place, queueId: id, lastEventId: after }).catch(() => null)
    const socket = current
    if (!socket) return { events: [], refused: 0 }
    if (handed.socket !== socket) Object.assign(handed, { socket, upTo: 0 })
    const more = await socket
      .until((events) => events.length > handed.upTo)
      .then(
        () => true,
        () => false,
      )
    const events = socket.events.slice(handed.upTo)
    handed.upTo += events.length
    if (more || events.length > 0) return { events, refused: null }
    current = null
    return { events: [], refused: await socket.closed }
  }
  return reader(id, last, turn, ended, () => current?.[Symbol.dispose]())
}
