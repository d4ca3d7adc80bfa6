import {
  type ApiClient,
  basicHeader,
  contentsOf,
  eventQueue,
  eventSocket,
  type QueueEvent,
} from '@parley/testkit'
import type { Person, Scene } from '../product.ts'

/** Somebody who reads a queue for as long as the test lasts, and comes back where the server says so. */
export interface Reader {
  /** Every message that came, in the order in which it came. */
  contents(): string[]
  /** Codes that sockets ended with. */
  readonly codes: readonly number[]
  /** Resolves when `content` has come; rejects where reading has failed. */
  until(content: string): Promise<void>
}

const only = { event_types: ['message'], apply_markdown: false }

/** Reads by long polls. */
export async function pollReader(who: ApiClient): Promise<Reader> {
  const queue = await eventQueue(who, only)
  const events: QueueEvent[] = []
  return {
    contents: () => contentsOf(events),
    codes: [],
    async until(content) {
      events.push(...(await queue.until((taken) => contentsOf(taken).includes(content))))
    },
  }
}

/** Reads by sockets; `gateway` 0 is the address that all share. */
export async function socketReader(stage: Scene, person: Person, gateway = 0): Promise<Reader> {
  const queue = await eventQueue(person, only)
  const events: QueueEvent[] = []
  const codes: number[] = []
  const { url } = stage.org
  const once = async (done: (all: readonly QueueEvent[]) => boolean): Promise<boolean> => {
    const lastEventId = events.at(-1)?.id ?? queue.last
    const at = { url, ca: stage.ca, gateway, queueId: queue.id, lastEventId, headers: basicHeader(person) }
    const socket = await eventSocket(at).catch(() => null)
    if (!socket) return false
    using _ = socket
    const enough = await socket
      .until((came) => done([...events, ...came]))
      .then(
        () => true,
        () => false,
      )
    if (!enough) codes.push(await socket.closed)
    const last = lastEventId
    const told = socket.events.filter(({ type }) => type !== 'heartbeat')
    if (told.some(({ id }, i) => id <= (told[i - 1]?.id ?? last))) throw new Error('events out of order')
    events.push(...told)
    return enough
  }
  return {
    contents: () => contentsOf(events),
    codes,
    async until(content) {
      const done = (all: readonly QueueEvent[]): boolean => contentsOf(all).includes(content)
      for (let attempt = 0; !(await once(done)); attempt++) {
        if (attempt > 200) throw new Error(`cannot go on reading: ${codes.join(' ')}`)
        await new Promise((next) => setTimeout(next, 100))
      }
    },
  }
}
