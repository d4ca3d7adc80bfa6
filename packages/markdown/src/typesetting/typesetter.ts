import type { Worker } from 'node:worker_threads'
import { unavailable } from '@parley/core'
import { type After, type Hand, openHand, startThread } from './hand.ts'
import { type Author, Line } from './line.ts'
import type { Made, Part } from './part.ts'

export interface Bounds {
  /** How many messages of one author wait, of one organisation, and of all. */
  readonly mostOfAuthor: number
  readonly mostOfOne: number
  readonly mostOfAll: number
  /** How long one waits, in milliseconds: where cores are slow or busy the thread alone takes seconds to start. */
  readonly waitMs: number
  /** What it may take then. */
  readonly workMs: number
  /** How long the thread may take to start, and how long it stays with nothing to do. */
  readonly startMs: number
  readonly idleMs: number
}
const usual: Bounds = {
  mostOfAuthor: 8,
  mostOfOne: 32,
  mostOfAll: 128,
  waitMs: 5_000,
  workMs: 900,
  startMs: 10_000,
  idleMs: 60_000,
}

export interface TypesetterOptions {
  /** Told of each message whose parts stay plain because the thread was lost to them; the error holds nothing of it. */
  readonly onLost: (error: Error) => void
  readonly bounds?: Partial<Bounds>
  readonly start?: () => Worker
  readonly after?: After
}

interface Waiting {
  readonly parts: readonly Part[]
  readonly signal: AbortSignal
  readonly done: (made: Made) => void
  readonly refuse: (error: unknown) => void
  /** It waits no more. */
  readonly leave: () => void
}

const afterAll: After = (ms, fn) => {
  const timer = setTimeout(fn, ms).unref()
  return () => {
    clearTimeout(timer)
  }
}

/**
 * Makes HTML of code and formulas beside the main thread, message by message, organisations and the authors within each by
 * turns, so that nothing else waits for it. The other thread is there only while there is something to do, and a while longer.
 */
export class Typesetter implements AsyncDisposable {
  readonly #waiting = new Line<Waiting>()
  readonly #bounds: Bounds
  readonly #onLost: (error: Error) => void
  readonly #start: () => Worker
  readonly #after: After
  #hand: Hand | null = null
  #isBusy = false
  #isClosed = false
  #stay: () => void = () => {}

  constructor({ onLost, bounds = {}, start = startThread, after = afterAll }: TypesetterOptions) {
    this.#onLost = onLost
    this.#bounds = { ...usual, ...bounds }
    this.#start = start
    this.#after = after
  }

  /**
   * @param signal ends the wait of who has hung up
   * @returns what the parts of a message have become: null for each where that took too long, or killed the thread
   * @throws AppError UNAVAILABLE where too much waits already, of the author, of the organisation or in all, or this has waited too long,
   *   or nobody waits for it any more
   */
  async set(by: Author, parts: readonly Part[], signal: AbortSignal): Promise<Made> {
    if (signal.aborted) throw unavailable(signal.reason)
    if (this.#isClosed || this.#isFullFor(by)) throw unavailable()
    return new Promise<Made>((done, refuse) => {
      const giveUp = (): void => {
        waiting.leave()
        this.#waiting.drop(by, waiting)
        refuse(unavailable(signal.reason))
      }
      const forget = this.#after(this.#bounds.waitMs, giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      const leave = (): void => {
        forget()
        signal.removeEventListener('abort', giveUp)
      }
      const waiting = { parts, signal, done, refuse, leave }
      this.#waiting.add(by, waiting)
      if (!this.#isBusy) void this.#work()
    })
  }

  #isFullFor(by: Author): boolean {
    const { mostOfAuthor, mostOfOne, mostOfAll } = this.#bounds
    const { author, organisation } = this.#waiting.sizeOf(by)
    return author >= mostOfAuthor || organisation >= mostOfOne || this.#waiting.size >= mostOfAll
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    this.#stay()
    while (this.#waiting.size > 0) {
      if (!this.#hand || this.#hand.isGone)
        this.#hand = await openHand({ start: this.#start, after: this.#after, ...this.#bounds })
      const next = this.#waiting.take()
      if (!next) break
      next.leave()
      const made = this.#hand ? await this.#hand.make(next.parts) : null
      this.#answer(next, made)
    }
    this.#isBusy = false
    if (this.#isClosed) return this.#rest()
    this.#stay = this.#after(this.#bounds.idleMs, () => void this.#rest())
  }

  #answer({ parts, signal, done, refuse }: Waiting, made: Made | null): void {
    if (this.#isClosed) return refuse(unavailable())
    try {
      const answer = made ?? this.#lost(parts)
      if (signal.aborted) refuse(unavailable(signal.reason))
      else done(answer)
    } catch (error) {
      // Where a loss cannot even be told of, that is this message's failure, and nobody else's.
      refuse(error)
    }
  }

  #lost(parts: readonly Part[]): Made {
    this.#onLost(new Error('the thread that makes code and formulas died or took too long'))
    return parts.map(() => null)
  }

  /** Ends the thread: another is started when there is something to do again. */
  async #rest(): Promise<void> {
    const hand = this.#hand
    this.#hand = null
    await hand?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#stay()
    for (let next = this.#waiting.take(); next; next = this.#waiting.take()) {
      next.leave()
      next.refuse(unavailable())
    }
    await this.#rest()
  }
}
