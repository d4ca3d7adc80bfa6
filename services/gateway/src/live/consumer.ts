import type { Wired } from './encoded.ts'
import type { Queue } from './queue.ts'

/** Why a consumer is let go. */
export type EndReason =
  /** Another poll or socket took the queue over. */
  | 'superseded'
  /** Its credential or account ended. */
  | 'revoked'
  /** The queue is no more. */
  | 'gone'
  /** The gateway may not answer now: begin again from the last event that arrived. */
  | 'resume'
  /** The reader is too slow: the same, once it has read what waits for it. */
  | 'slow'
  /** The gateway stops. */
  | 'restart'

/** A poll or a socket that waits for the events of one queue. */
export interface Consumer {
  readonly queue: Queue
  /** The credential it came with. */
  readonly credential: string
  /** When that ends by itself, on the monotonic clock. */
  readonly until: number
  /** When its client last heard something, on the monotonic clock. */
  readonly heardAt: number
  /** How long it may hear nothing, milliseconds. */
  readonly patienceMs: number
  /** Of one that takes one answer: was it given? Absent where events are taken as they come. */
  readonly answered?: boolean
  /** Hands over events, in order. */
  deliver(events: readonly Wired[]): void
  /**
   * Hands over what is told in passing, if that is no trouble. @returns false where it is left out: the answer was given
   * already, or the reader does not keep up
   */
  pass(events: readonly Wired[]): boolean
  /** Says that it is alive; `head` is the id of the heartbeat. */
  beat(head: number): void
  end(reason: EndReason): void
  /** Resolves when more may be handed over; for those that take more than one answer. */
  drained?(): Promise<void>
  /**
   * Destroys the connection where bytes of earlier answers still wait in this process: a right of its user was
   * taken, and what has not reached the kernel must not leave any more.
   */
  cut(): void
}
