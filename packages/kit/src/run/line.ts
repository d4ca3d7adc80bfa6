import { ByTurns, unavailable } from '@parley/core'

/** Waiting requests of one account, and of the organisation. */
const mostOfOne = 16
const mostOfAll = 128
/** Of what those of an organisation ask for, kept until their turn: a few of the largest bodies there are. */
const mostBytes = 4 * 1024 * 1024
/** So many that take rights away come before one that does not. */
const firstInARow = 3

/** Who asks for a turn, and for what. */
export interface Waiting {
  /** 0 for nobody. */
  readonly account: number
  /** May it take a right away? */
  readonly revokes: boolean
  /** How much is kept of the request until its turn has come. */
  readonly bytes: number
  /** Ends the wait of who has hung up. */
  readonly signal: AbortSignal
}

interface Place<E> {
  readonly entry: E
  /** It waits no more. */
  readonly leave: () => void
}

/**
 * Those of one organisation who wait for its turn, within bounds. What takes rights away comes first, and accounts take
 * turns among each other: who asks for much waits for themselves.
 */
export class Line<E> {
  readonly #first = new ByTurns<number, Place<E>>()
  readonly #others = new ByTurns<number, Place<E>>()
  #bytes = 0
  /** How many of `first` came since one of `others` did. */
  #inARow = 0

  get length(): number {
    return this.#first.size + this.#others.size
  }

  /**
   * @param gone told where who asked has hung up: `entry` is not in the line any more then
   * @throws AppError UNAVAILABLE where too many of the account wait already, or too many or too much of the organisation, or
   *   nobody waits for this any more
   */
  add({ account, revokes, bytes, signal }: Waiting, entry: E, gone: (error: Error) => void): void {
    if (signal.aborted) throw unavailable(signal.reason)
    const queues = revokes ? this.#first : this.#others
    const ofAccount = this.#first.sizeOf(account) + this.#others.sizeOf(account)
    const full = ofAccount >= mostOfOne || this.length >= mostOfAll
    if (full || this.#bytes + bytes > mostBytes) throw unavailable()
    this.#bytes += bytes
    const leave = (): void => {
      signal.removeEventListener('abort', hangUp)
      this.#bytes -= bytes
    }
    const place = { entry, leave }
    const hangUp = (): void => {
      leave()
      queues.drop(account, place)
      gone(unavailable(signal.reason))
    }
    queues.add(account, place)
    signal.addEventListener('abort', hangUp, { once: true })
  }

  /** Whose turn comes next; null where nobody waits. */
  take(): E | null {
    const first = this.#inARow < firstInARow ? this.#first.take() : undefined
    this.#inARow = first ? this.#inARow + 1 : 0
    const place = first ?? this.#others.take() ?? this.#first.take()
    place?.leave()
    return place?.entry ?? null
  }
}
