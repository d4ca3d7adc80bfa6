import {
  AppError,
  asAppError,
  badRequest,
  type MessageId,
  type OrgId,
  type Seq,
  unavailable,
} from '@parley/core'
import { StaleRights } from '@parley/events'
import { NewerAlertWords } from '../alert-words.ts'
import type { FactsCache } from '../facts/cache.ts'
import { type EncodedSend, encodeSend, type Outcome, type Send } from '../repo/send-batch.ts'

/** A message that is committed. */
export interface Kept {
  readonly id: MessageId
  /** It was there before: nothing follows from its being sent again. */
  readonly repeat: boolean
}

/** Writes sends; those of one organisation that come together are written together. */
export interface Sends extends AsyncDisposable {
  /**
   * Resolves once the message is committed. Where the connection was lost meanwhile it may be called a repeat of itself.
   * @throws StaleRights where the decision no longer stands; NewerAlertWords where it was held against older lists; AppError BAD_REQUEST where the key was used for another
   *   request; UNAVAILABLE where the database is not there or too many of the organisation's wait already
   */
  write(send: Send): Promise<Kept>
}

/** Writes one batch; see repo/send-batch. */
export type WriteBatch = (org: OrgId, encoded: readonly EncodedSend[]) => Promise<Outcome[]>

export interface SendsOptions {
  readonly write: WriteBatch
  readonly facts: Pick<FactsCache, 'changed' | 'confirmed'>
  /** Told once per batch that wrote something. */
  readonly hint: (org: OrgId, seq: Seq) => void
  readonly wait: (ms: number) => Promise<void>
  readonly maxSends?: number
  readonly maxBytes?: number
  /** How many of one organisation may wait, and how many bytes they may hold; more are refused. */
  readonly mostWaiting?: number
  readonly mostWaitingBytes?: number
}

const unknownOutcome = (cause: AppError): AppError =>
  new AppError('UNAVAILABLE', cause.message, { data: cause.data, cause, retryable: false })

interface Pending {
  readonly send: Send
  readonly encoded: EncodedSend
  readonly bytes: number
  readonly key: string
  readonly settle: PromiseWithResolvers<Kept>
}

/** What waits of one organisation. */
interface Queue {
  readonly pending: Pending[]
  bytes: number
}

/** About what a send takes in memory and on its way: its text stands in the message and in its event. */
const bytesOf = ({ topic, content, rendered, ask, mentioned, topicWildcard }: Send): number =>
  1_000 +
  2 * (Buffer.byteLength(topic) + Buffer.byteLength(content) + Buffer.byteLength(rendered)) +
  40 * ('users' in ask ? (ask.users?.length ?? 0) : 0) +
  16 * (mentioned.length + topicWildcard.length)

/** Pauses before a batch whose outcome nobody knows is written again, milliseconds. */
const pauses = [20, 100, 400, 1_000]

/** After a batch this large much is going on: the next gathers for a moment, for fewer and fuller ones cost all less. */
export const busyBatch = 4
export const gatherMs = 10

/**
 * One batch per organisation at a time; what comes meanwhile gathers for the next, so that one organisation's wait for
 * its head delays no other. Equal keys are never in one batch: the second finds the first one's result.
 */
export function createSends(options: SendsOptions): Sends {
  const { write, facts, hint, wait, maxSends = 64, maxBytes = 1_000_000 } = options
  const { mostWaiting = 1024, mostWaitingBytes = 32_000_000 } = options
  const queues = new Map<OrgId, Queue>()
  const running = new Set<Promise<void>>()

  const take = (queue: Queue): Pending[] => {
    const batch: Pending[] = []
    const keys = new Set<string>()
    let bytes = 0
    for (const pending of queue.pending) {
      if (batch.length === maxSends || (batch.length > 0 && bytes + pending.bytes > maxBytes)) break
      if (keys.has(pending.key)) break
      keys.add(pending.key)
      bytes += pending.bytes
      batch.push(pending)
    }
    queue.pending.splice(0, batch.length)
    queue.bytes -= bytes
    return batch
  }

  const drain = async (org: OrgId, queue: Queue): Promise<void> => {
    // What was asked for in this tick shares the first batch.
    await new Promise(setImmediate)
    while (queue.pending.length > 0) {
      const batch = take(queue)
      await writeBatch(org, batch)
      if (batch.length >= busyBatch && queue.pending.length < maxSends) await wait(gatherMs)
    }
    queues.delete(org)
  }

  const writeBatch = async (org: OrgId, batch: readonly Pending[]): Promise<void> => {
    let outcomes: Outcome[]
    try {
      outcomes = await surely(org, batch)
    } catch (error) {
      // Surely rolled back: one bad send must not fail the others.
      if (batch.length > 1 && !(error instanceof AppError))
        for (const pending of batch) await writeBatch(org, [pending])
      else for (const { settle } of batch) settle.reject(asAppError(error))
      return
    }
    batch.forEach((pending, i) => answer(org, pending, outcomes[i]))
    const last = outcomes.findLast(({ status }) => status === 'sent')
    if (last) hint(org, last.seq)
  }

  /**
   * Writes again with the same keys where the database was not there: what had been written after all answers, the
   * rest is written. Only where every attempt surely wrote nothing may the caller try again with other keys.
   */
  const surely = async (org: OrgId, batch: readonly Pending[]): Promise<Outcome[]> => {
    const encoded = batch.map((pending) => pending.encoded)
    let unknown = false
    for (const pause of [...pauses, null]) {
      try {
        return await write(org, encoded)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error
        unknown ||= !error.retryable
        if (pause === null) throw unknown ? unknownOutcome(error) : error
        await wait(pause)
      }
    }
    throw unavailable()
  }

  const answer = (org: OrgId, { send, settle }: Pending, outcome: Outcome | undefined): void => {
    if (!outcome) return settle.reject(unavailable())
    switch (outcome.status) {
      case 'sent':
        facts.confirmed(org, send.ask, send.hash, outcome.rights)
        return settle.resolve({ id: outcome.id, repeat: false })
      case 'repeat':
        return settle.resolve({ id: outcome.id, repeat: true })
      case 'other':
        return settle.reject(badRequest('This idempotency key was already used for another request'))
      case 'stale':
        facts.changed(org, send.ask.user, outcome.rights)
        return settle.reject(new StaleRights())
      case 'words':
        return settle.reject(new NewerAlertWords())
    }
  }

  return {
    write(send) {
      const org = send.granted.actor.orgId
      const encoded = encodeSend(send)
      const settle = Promise.withResolvers<Kept>()
      const key = send.key.key.toString('hex')
      const bytes = bytesOf(send)
      const queue = queues.get(org) ?? { pending: [], bytes: 0 }
      if (queue.pending.length >= mostWaiting || queue.bytes + bytes > mostWaitingBytes)
        return Promise.reject(unavailable())
      queue.pending.push({ send, encoded, bytes, key, settle })
      queue.bytes += bytes
      if (!queues.has(org)) {
        queues.set(org, queue)
        const run = drain(org, queue)
        running.add(run)
        void run.finally(() => running.delete(run))
      }
      return settle.promise
    },
    async [Symbol.asyncDispose]() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
