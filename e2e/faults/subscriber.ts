import { setTimeout as delay } from 'node:timers/promises'
import { EventsFrame } from '@parley/api'
import type { ApiClient } from '@parley/testkit'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Heard } from './check.ts'
import { type Account, clientAt, type Entrance, socketAt } from './entrance.ts'

/** A client of one queue that goes on by itself, at the next entrance, whenever what it has ends. */
export interface Subscriber extends AsyncDisposable {
  readonly name: string
  readonly heard: readonly Heard[]
  /** How often it had to begin again. */
  readonly resumed: number
  /** Requests that were not answered 200, and sockets that did not open or ended without being told to resume. */
  readonly failed: number
  /** What no fault excuses. */
  readonly problems: readonly string[]
}

export interface SubscriberOptions {
  readonly name: string
  readonly who: Account
  readonly entrances: readonly Entrance[]
  readonly channel: string
  /** A queue that was registered just now. */
  readonly queue: { readonly id: string; readonly last: number }
}

// Above the longest time between two heartbeats.
const patienceMs = 75_000
const retryMs = 50

const Polled = z.object({ events: z.array(z.looseObject({ id: z.int(), type: z.string() })) })
const MessageEvent = z.looseObject({
  id: z.int(),
  message: z.looseObject({ id: z.int(), content: z.string(), display_recipient: z.unknown() }),
})

interface State {
  last: number
  resumed: number
  failed: number
  stopped: boolean
  readonly heard: Heard[]
  readonly problems: string[]
  take(events: z.infer<typeof Polled>['events']): void
}

function state({ queue, channel }: SubscriberOptions): State {
  const heard: Heard[] = []
  return {
    last: queue.last,
    resumed: 0,
    failed: 0,
    stopped: false,
    heard,
    problems: [],
    take(events) {
      for (const event of events) {
        this.last = event.id
        if (event.type !== 'message') continue
        const { id: eventId, message } = MessageEvent.parse(event)
        if (message.display_recipient !== channel) continue
        heard.push({ eventId, messageId: message.id, content: message.content, atMs: performance.now() })
      }
    },
  }
}

/** Reads its queue by long polls. */
export function pollSubscriber(options: SubscriberOptions): Subscriber {
  const own = state(options)
  const clients = options.entrances.map((one) => clientAt(one, options.who, patienceMs))
  /** @returns false where another entrance is to be tried */
  const poll = async (client: ApiClient): Promise<boolean> => {
    const asked = { queue_id: options.queue.id, last_event_id: own.last }
    const answer = await client.get('/events', asked).catch(() => null)
    if (answer === null || own.stopped) return false
    if (answer.status === 200) own.take(Polled.parse(answer.body).events)
    else if (answer.status !== 503)
      own.problems.push(`a poll was answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.status === 200
  }
  const reading = async (): Promise<void> => {
    for (let turn = 0; !own.stopped;) {
      const client = clients[turn % clients.length]
      if (!client || (await poll(client))) continue
      turn++
      own.resumed++
      if (!own.stopped) own.failed++
      await delay(retryMs)
    }
  }
  return subscriber(options.name, own, reading(), () =>
    Promise.all(clients.map((client) => client[Symbol.asyncDispose]())),
  )
}

// Connection lost, gateway stops, resume: see docs/websocket.md.
const excused = new Set([1006, 1012, 4503])
const inOrder = new Set([1012, 4503])

/** Reads its queue by a WebSocket. */
export function socketSubscriber(options: SubscriberOptions): Subscriber {
  const own = state(options)
  let socket: WebSocket | undefined
  const connection = async (at: Entrance): Promise<void> => {
    const mine = socketAt(at, options.who, { ...options.queue, last: own.last })
    socket = mine
    mine.on('error', () => {})
    mine.on('unexpected-response', (_request, answer) => {
      if (answer.statusCode !== 503) own.problems.push(`a socket was answered ${answer.statusCode}`)
      mine.terminate()
    })
    mine.on('message', (data: Buffer) => own.take(EventsFrame.parse(JSON.parse(data.toString())).events))
    const code = await new Promise<number>((closed) => mine.on('close', closed))
    if (!own.stopped && !inOrder.has(code)) own.failed++
    if (!own.stopped && !excused.has(code)) own.problems.push(`a socket was closed with ${code}`)
  }
  const reading = async (): Promise<void> => {
    for (let turn = 0; !own.stopped; turn++) {
      const at = options.entrances[turn % options.entrances.length]
      if (at) await connection(at)
      if (own.stopped) return
      own.resumed++
      await delay(retryMs)
    }
  }
  return subscriber(options.name, own, reading(), async () => socket?.terminate())
}

function subscriber(
  name: string,
  own: State,
  reading: Promise<void>,
  end: () => Promise<unknown>,
): Subscriber {
  // An event of no known shape ends the reading: told with the other problems.
  const watched = reading.catch((error: unknown) => {
    own.problems.push(`reading ended: ${String(error)}`)
  })
  return {
    name,
    heard: own.heard,
    problems: own.problems,
    get resumed() {
      return own.resumed
    },
    get failed() {
      return own.failed
    },
    async [Symbol.asyncDispose]() {
      own.stopped = true
      await end()
      await watched
    },
  }
}
