import { setTimeout as delay } from 'node:timers/promises'
import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { OrgId, Seq } from '@parley/core'
import type { Database } from '@parley/db'
import type { Bus } from '../bus/bus.ts'
import { runHeadOf } from '../bus/run-head.ts'
import { allEvents, orgOfSubject, streamName } from '../bus/subjects.ts'
import { applyUpTo, type Effect } from './apply.ts'
import { Dirty } from './dirty.ts'
import { until } from '../until.ts'
import { readBehind } from './inbox.ts'
import { Passed } from './passed.ts'

export interface ConsumeOptions extends Effect {
  readonly bus: Bus
  readonly database: Database
  /** Told what went wrong, without content; the consumer goes on. */
  readonly onProblem?: (what: string, error?: unknown) => void
}

/** A durable consumer of all organisations' logs. */
export interface Consumer extends AsyncDisposable {
  /** Resolves when the organisation's log is applied up to `seq`. */
  settled(org: OrgId, seq: Seq, signal: AbortSignal): Promise<void>
}

const scanMs = 2000
/** What is heard of gathers for so long: a transaction for all of it costs little more than one for each. */
const gatherMs = 250
const retryMs = 500
const mostBackoffMs = 30_000

/**
 * Applies every event of some types exactly once and in order, whatever NATS loses or delivers twice: the place is
 * written down with the effect, the log is looked at anew now and then, and JetStream is acknowledged after the commit.
 */
export function consume(options: ConsumeOptions): Consumer {
  const { bus, database, consumer, onProblem = () => {} } = options
  const ended = new AbortController()
  const dirty = new Dirty<JsMsg>()
  const gathering = new Dirty<JsMsg>()
  let gathered: NodeJS.Timeout | null = null
  const passed = new Passed(options.types)
  const waiters = new Set<() => void>()
  const failures = new Map<OrgId, number>()
  let wake = Promise.withResolvers<void>()

  const add = (org: OrgId, to: Seq, receipt?: JsMsg): void => {
    dirty.add(org, to, receipt)
    wake.resolve()
  }
  const gather = (org: OrgId, to: Seq, receipt: JsMsg): void => {
    gathering.add(org, to, receipt)
    gathered ??= setTimeout(() => {
      gathered = null
      for (let next = gathering.take(); next; next = gathering.take())
        for (const each of next.receipts) add(next.org, next.to, each)
    }, gatherMs)
  }
  const applyOne = async ({
    org,
    to,
    receipts,
  }: {
    org: OrgId
    to: Seq
    receipts: JsMsg[]
  }): Promise<void> => {
    try {
      passed.applied(org, await applyUpTo(database, options, org, to))
      failures.delete(org)
      for (const receipt of receipts) receipt.ack()
      for (const waiter of waiters) waiter()
    } catch (error) {
      const count = (failures.get(org) ?? 0) + 1
      failures.set(org, count)
      onProblem('an event cannot be applied', error)
      const backoff = Math.min(retryMs * 2 ** (count - 1), mostBackoffMs)
      for (const receipt of receipts) receipt.nak(backoff)
      setTimeout(() => ended.signal.aborted || add(org, to), backoff).unref()
    }
  }
  const work = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const next = dirty.take()
      if (next) await applyOne(next)
      else {
        await wake.promise
        wake = Promise.withResolvers()
      }
    }
  }
  const scan = async (): Promise<void> => {
    for (const { org, seq: to } of await readBehind(database, consumer)) add(org, to)
  }
  const scanning = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await scan().catch((error: unknown) => onProblem('looking for what was missed', error))
      await pause(scanMs, ended.signal)
    }
  }
  const heard = (message: JsMsg): void => {
    const org = orgOfSubject(message.subject)
    const run = runHeadOf(message.headers)
    if (run && !passed.passes(org, run)) return gather(org, run.to, message)
    // Without a head nothing is known of it: the next look at the log finds what it holds.
    message.ack()
    for (const waiter of waiters) waiter()
  }
  const follow = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await followOnce(bus, consumer, ended.signal, heard).catch((error: unknown) =>
        onProblem('following the stream', error),
      )
      await pause(retryMs, ended.signal)
    }
  }
  const tasks = [work(), scanning(), follow()]

  return {
    async settled(org, to, signal) {
      const done = (): boolean => passed.of(org) >= to
      if (done()) return
      add(org, to)
      await until(() => Promise.resolve(done()), waiters, signal)
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      if (gathered) clearTimeout(gathered)
      wake.resolve()
      await Promise.all(tasks)
      // Another instance gets at once what was not applied here, not when nobody has acknowledged it for long.
      for (const waiting of [gathering, dirty])
        for (let next = waiting.take(); next; next = waiting.take())
          for (const receipt of next.receipts) receipt.nak()
    },
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => {})

/** Follows the stream until the connection or the stream is gone. */
async function followOnce(
  bus: Bus,
  consumer: string,
  signal: AbortSignal,
  onMessage: (message: JsMsg) => void,
): Promise<void> {
  await Promise.race([
    bus.ready,
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  ])
  const { connection } = bus
  if (!connection || signal.aborted) return
  const name = consumer.replaceAll('.', '_')
  const manager = await jetstreamManager(connection, { checkAPI: false })
  await manager.consumers.add(streamName, {
    durable_name: name,
    filter_subject: allEvents,
    // What is applied is read from the log.
    headers_only: true,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: 30 * 1e9,
    max_ack_pending: 1000,
  })
  const messages = await (
    await jetstream(connection, { checkAPI: false }).consumers.get(streamName, name)
  ).consume({
    max_messages: 500,
  })
  const stop = (): void => messages.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const message of messages) onMessage(message)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
