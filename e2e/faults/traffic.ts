import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Person, Product, Scene } from '../product.ts'
import { violations } from './check.ts'
import { type Entrance, entrance } from './entrance.ts'
import { recordsOf } from './records.ts'
import { pollSubscriber, socketSubscriber, type Subscriber } from './subscriber.ts'
import { type Sender, sender } from './writer.ts'
import { everywhere, visitor } from './visitor.ts'

/** Four senders, four subscribers and a visitor of one channel, while something else breaks. */
export interface Traffic extends AsyncDisposable {
  /** Its name. */
  readonly channel: string
  /**
   * Sends so many messages, a quarter by each sender; resolves when each is answered 200, however often it takes.
   * `fault` begins when a fifth is answered, with the rest on the way; the last is not sent before it ended.
   */
  send(count: number, fault?: () => Promise<void>): Promise<void>
  /** Resolves when every subscriber has heard of every message that was answered. @returns how long that took, ms */
  heard(timeoutMs?: number): Promise<number>
  /** From a send's beginning to the last subscriber, by message, for those sent since `sinceMs`. */
  delays(sinceMs: number): number[]
  /** Sends a last message. @returns what was lost, doubled or reordered, and answers that no fault excuses */
  wrongs(): Promise<string[]>
  /** Attempts to send that were not answered 200, so far. */
  unanswered(): number
  /** Requests of anybody that were not answered 200, and sockets that were refused or cut, so far. */
  failed(): number
  /** In words, for the log of a run. */
  summary(): string
}

export interface TrafficOptions {
  /** Who sends, reads and looks around by what; the two gateways unless given. */
  readonly entrances?: readonly Entrance[]
  /** Between an answer and the same sender's next message. */
  readonly paceMs?: number
  /** What the visitor looks at; something of every service unless given. */
  readonly visits?: readonly string[]
}

const Registered = z.looseObject({ queue_id: z.string(), last_event_id: z.int() })
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

let channels = 0

export async function traffic(
  product: Product,
  stage: Scene,
  options: TrafficOptions = {},
): Promise<Traffic> {
  const { entrances = [entrance(stage, 1), entrance(stage, 2)], paceMs = 20, visits = everywhere } = options
  const channel = `traffic ${++channels}`
  const people: Person[] = []
  for (const name of ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn'])
    people.push(await stage.person(`${name} ${'abcdefgh'[channels] ?? ''}`))
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: channel }],
    principals: people.map(({ id }) => id),
  })
  const register = async (who: Person): Promise<{ id: string; last: number }> => {
    const state = Registered.parse(
      await who.ok('POST', '/register', { event_types: ['message'], apply_markdown: false }),
    )
    return { id: state.queue_id, last: state.last_event_id }
  }
  /** Those that come first to each entrance are as many. */
  const from = (turn: number): Entrance[] =>
    entrances.map((_, i) => entrances[(i + turn) % entrances.length]).flatMap((one) => one ?? [])

  await using stack = new AsyncDisposableStack()
  const [senders, readers] = [people.slice(0, 4), people.slice(4)]
  const writers: Sender[] = []
  for (const [i, who] of senders.entries()) {
    const { id: queueId } = await register(who)
    writers.push(stack.use(sender({ sender: i, who, entrances: from(i), channel, queueId })))
  }
  const subscribers: Subscriber[] = []
  for (const [i, who] of readers.entries()) {
    const [poll, socket] = [await register(who), await register(who)]
    const shared = { who, entrances: from(i), channel }
    subscribers.push(stack.use(pollSubscriber({ ...shared, name: `poll ${i + 1}`, queue: poll })))
    subscribers.push(stack.use(socketSubscriber({ ...shared, name: `socket ${i + 1}`, queue: socket })))
  }
  const [guest, reader] = [senders[0], readers[0]]
  if (!guest || !reader) throw new Error('nobody is there')
  const visitors = entrances.map((at) => stack.use(visitor(guest, at, visits)))

  const answered = (): number => sum(writers.map(({ written }) => written.filter((w) => w.answered).length))
  const missing = (): string[] => {
    const last = Math.max(...writers.flatMap(({ written }) => written.flatMap((w) => w.answered?.id ?? [])))
    const all = answered()
    return subscribers.flatMap(({ name, heard }) =>
      heard.length >= all && heard.some(({ messageId }) => messageId === last)
        ? []
        : [`${name} has heard ${heard.length} of ${all}`],
    )
  }
  const problems = (): string[] =>
    [...writers, ...subscribers, ...visitors].flatMap((one) => [...new Set(one.problems)])

  const self: Omit<Traffic, typeof Symbol.asyncDispose> = {
    channel,
    async send(count, fault = async () => {}) {
      const before = answered()
      const begun = Promise.withResolvers<void>()
      const look = (): void => {
        if (answered() >= before + Math.floor(count / 5)) begun.resolve()
      }
      const ended = begun.promise.then(fault)
      const write = async (one: Sender): Promise<void> => {
        for (let left = count / writers.length; left >= 1; left--) {
          // The fault comes down on messages in flight, and the last finds it ended.
          if (left < 2) await ended
          await one.send()
          look()
          await delay(paceMs)
        }
      }
      await Promise.all([...writers.map(write), ended])
    },
    async heard(timeoutMs = 30_000) {
      const began = performance.now()
      await expect.poll(missing, { timeout: timeoutMs, interval: 10 }).toEqual([])
      return performance.now() - began
    },
    delays(sinceMs) {
      const last = new Map<number, number>()
      for (const { heard } of subscribers)
        for (const { messageId, atMs } of heard) last.set(messageId, Math.max(atMs, last.get(messageId) ?? 0))
      return writers
        .flatMap(({ written }) => written)
        .flatMap(({ answered, invokedMs }) =>
          answered && invokedMs >= sinceMs ? (last.get(answered.id) ?? Infinity) - invokedMs : [],
        )
    },
    async wrongs() {
      await Promise.all(writers.map((one) => one.send()))
      await self.heard()
      const records = await recordsOf(product, stage.org.org_id, reader, channel)
      const story = {
        ...records,
        written: writers.flatMap(({ written }) => written),
        subscribers: Object.fromEntries(subscribers.map(({ name, heard }) => [name, heard])),
      }
      return [...violations(story), ...problems()]
    },
    unanswered: () => sum(writers.map(({ unknown, failed }) => unknown + failed)),
    failed: () =>
      self.unanswered() +
      sum(subscribers.map((one) => one.failed)) +
      sum(visitors.flatMap(({ answers }) => [...answers].map(([status, n]) => (status === 200 ? 0 : n)))),
    summary() {
      return [
        `${answered()} sent`,
        `${sum(writers.map(({ unknown }) => unknown))} without an answer`,
        `${sum(writers.map(({ failed }) => failed))} refused`,
        `${sum(subscribers.map(({ resumed }) => resumed))} resumed`,
        `visits ${visitors.map(({ answers }) => JSON.stringify(Object.fromEntries(answers))).join(' ')}`,
      ].join(', ')
    },
  }
  const rest = stack.move()
  return { ...self, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}
