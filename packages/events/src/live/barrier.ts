import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type Clock, type OrgId, orgId, type Seq, seq as toSeq } from '@parley/core'
import { z } from 'zod'
import type { Bus, Unsubscribe } from '../bus/bus.ts'
import { barrierSubject } from '../bus/subjects.ts'
import type { BarrierStore, LiveLease } from './barrier-store.ts'

export interface BarrierOptions {
  readonly store: BarrierStore
  /** Asks a gateway to apply the log up to `seq`; resolves when it has. */
  readonly ask: (gateway: string, org: OrgId, seq: Seq) => Promise<void>
  readonly clock: Clock
  /** Waits; tests pass their own. */
  readonly sleep?: (ms: number) => Promise<void>
}

/** What is not confirmed by then is written into the gateway's lease. */
const patienceMs = 150
const lookMs = 50
/** Longer than any lease: past this Postgres itself does not answer. */
const giveUpMs = 10_000

/**
 * Waits until no gateway acts on anything older than `seq`: each that holds a lease has confirmed it, or found it in
 * its lease, or its lease has lapsed.
 * @throws AppError UNAVAILABLE, not retryable, where Postgres does not say: the change itself is committed
 */
export function createBarrier({
  store,
  ask,
  clock,
  sleep = delay,
}: BarrierOptions): (org: OrgId, seq: Seq) => Promise<void> {
  return async (org, seq) => {
    const began = clock.monotonic()
    const patient = async <R>(work: () => Promise<R>): Promise<R> => {
      for (;;) {
        try {
          return await work()
        } catch (error) {
          if (clock.monotonic() - began > giveUpMs) throw unknownYet(error)
          await sleep(lookMs)
        }
      }
    }
    const leases = await patient(() => store.live())
    if (leases.length === 0) return
    const confirmed = new Set<LiveLease>()
    const answers = leases.map((lease) =>
      ask(lease.gateway, org, seq).then(
        () => confirmed.add(lease),
        // Silent or not there: its lease decides.
        () => {},
      ),
    )
    const allAnswered = Promise.all(answers)
    await Promise.race([allAnswered, sleep(patienceMs)])

    let left = leases.filter((lease) => !confirmed.has(lease))
    for (let write = true; left.length > 0; write = false) {
      const asked = left
      const unapplied = await patient(() => store.unapplied(org, seq, asked, write))
      left = asked.filter((lease) => !confirmed.has(lease) && unapplied.has(lease.gateway))
      if (left.length > 0) await sleep(lookMs)
    }
  }
}

const unknownYet = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', 'Service temporarily unavailable', {
    data: { 'retry-after': 1 },
    cause,
    retryable: false,
  })

const Asked = z.object({ org: z.int(), seq: z.int() })
const answerMs = 2000

/** Asks over NATS. */
export const askOver =
  (bus: Bus): BarrierOptions['ask'] =>
  async (gateway, org, seq) => {
    await bus.request(barrierSubject(gateway), JSON.stringify({ org, seq }), answerMs)
  }

/**
 * The gateway's side: answers each barrier once `confirm` resolves, that is when nothing older than `seq` of the
 * organisation can leave this process. Where it rejects nothing is answered, and the lease decides.
 */
export function serveBarriers(
  bus: Bus,
  gateway: string,
  confirm: (org: OrgId, seq: Seq) => Promise<void>,
  onProblem: (what: string, error?: unknown) => void = () => {},
): Unsubscribe {
  return bus.subscribe(barrierSubject(gateway), (message) => {
    const answer = async (): Promise<void> => {
      const { org, seq } = Asked.parse(JSON.parse(new TextDecoder().decode(message.data)))
      await confirm(orgId(org), toSeq(seq))
      message.respond('')
    }
    answer().catch((error: unknown) => onProblem('barrier', error))
  })
}
