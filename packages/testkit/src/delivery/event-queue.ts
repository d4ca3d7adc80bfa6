import { passingDeclarations } from '@parley/events'
import { expect } from 'vitest'
import { z } from 'zod'
import type { ApiClient, Fields } from '../api-client.ts'

const QueueEvent = z.looseObject({ id: z.int(), type: z.string(), op: z.string().optional() })
export type QueueEvent = z.infer<typeof QueueEvent>

const Polled = z.object({ events: z.array(QueueEvent) })
const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })

/** Is it an event that passes beside the log? */
export const passes = (type: string): boolean => passingDeclarations.has(type)

/** A registered queue as a client reads it: every event has to come once and in order. */
export interface EventQueue {
  readonly id: string
  /** The answer to `register`. */
  readonly state: z.infer<typeof Registered>
  /** The last event that was read. */
  readonly last: number
  /** Reads until `done` says of all that was taken by this call that it is enough; heartbeats are left out. */
  until(done: (events: readonly QueueEvent[]) => boolean, at?: ApiClient): Promise<QueueEvent[]>
  /** What is there now without waiting; after `settle()` that is everything. */
  rest(at?: ApiClient): Promise<QueueEvent[]>
}

/** Registers a queue; `at` of its methods is a client of the same account at another gateway. */
export async function eventQueue(who: ApiClient, fields: Fields = {}): Promise<EventQueue> {
  const state = Registered.parse(await who.ok('POST', '/register', fields))
  let last = state.last_event_id
  const poll = async (at: ApiClient, more: Fields): Promise<QueueEvent[]> => {
    const asked = { queue_id: state.queue_id, last_event_id: last, ...more }
    const { events } = Polled.parse(await at.ok('GET', '/events', asked))
    const told = events.filter(({ type }) => type !== 'heartbeat')
    for (const { id, type } of told) {
      // What passes beside the log has the id of the place that it passed at.
      if (passes(type)) expect(id).toBeGreaterThanOrEqual(last)
      else expect(id).toBeGreaterThan(last)
      last = id
    }
    return told
  }
  return {
    id: state.queue_id,
    state,
    get last() {
      return last
    },
    async until(done, at = who) {
      const taken: QueueEvent[] = []
      while (!done(taken)) taken.push(...(await poll(at, {})))
      return taken
    },
    async rest(at = who) {
      const taken: QueueEvent[] = []
      for (;;) {
        const events = await poll(at, { dont_block: true })
        if (events.length === 0) return taken
        taken.push(...events)
      }
    },
  }
}

/**
 * What a queue gave; null where it has ended and has to begin anew: its reader knows of other channels now, or changes of
 * what may not be read any longer stood before it.
 * @throws what `taken` does for any other reason
 */
export async function unlessAnew(taken: Promise<QueueEvent[]>): Promise<QueueEvent[] | null> {
  try {
    return await taken
  } catch (error) {
    if (error instanceof Error && error.message.includes('BAD_EVENT_QUEUE_ID')) return null
    throw error
  }
}

const MessageEvent = z.looseObject({ message: z.looseObject({ content: z.string() }) })

/** The content of each message among events, in their order. */
export const contentsOf = (events: readonly QueueEvent[]): string[] =>
  events.filter(({ type }) => type === 'message').map((event) => MessageEvent.parse(event).message.content)

/** For `until`: a message with this content has come. */
export const saying =
  (content: string) =>
  (events: readonly QueueEvent[]): boolean =>
    contentsOf(events).includes(content)
