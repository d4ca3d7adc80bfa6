import type { OrgId } from '@parley/core'

/** Between two pieces of work, so that a long piece leaves the database to others half of the time. */
const breathMs = 20
/** After a small piece, so that the next is larger: a piece costs about the same whatever is in it. */
const gatherMs = 250

export interface RoundsOptions {
  /** Organisations where something waits. */
  readonly waiting: () => Promise<readonly OrgId[]>
  /** Does some of an organisation's, no more of it once `end` is aborted. @returns how much; 0 where there is nothing to do */
  readonly serve: (org: OrgId, end: AbortSignal) => Promise<number>
  /** Resolves after the milliseconds, or rejects when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** How many organisations at once, and with which to begin, from 0 to below 1: one that is slow delays few others. */
  readonly atOnce?: number
  readonly random?: () => number
  /** Between two looks where nothing was found, in milliseconds. */
  readonly pauseMs?: number
  /** A piece of less is small, so that what comes next may gather. */
  readonly worthwhile?: number
  /** What failed is tried again with the next look. */
  readonly onProblem: (error: unknown) => void
}

/**
 * Does, until it is disposed, what waits in organisations and nobody waits for: words of messages, messages that are due,
 * members whose waiting is over.
 */
export function createRounds({
  waiting,
  serve,
  wait,
  atOnce = 1,
  random = () => 0,
  worthwhile = 1,
  pauseMs = 1_000,
  onProblem,
}: RoundsOptions): AsyncDisposable {
  const end = new AbortController()
  // What fails in one organisation holds up no other.
  const nothing = (error: unknown): number => {
    onProblem(error)
    return 0
  }
  /** Of each organisation a little. @returns the most that was done of one */
  const round = async (): Promise<number> => {
    let most = 0
    const orgs = await waiting()
    const first = Math.floor(random() * orgs.length)
    const left = [...orgs.slice(first), ...orgs.slice(0, first)].values()
    const work = async (): Promise<void> => {
      for (const org of left) {
        if (end.signal.aborted) return
        const served = await serve(org, end.signal).catch(nothing)
        most = Math.max(most, served)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return most
  }
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const most = await round().catch(nothing)
      await wait(most >= worthwhile ? breathMs : most > 0 ? gatherMs : pauseMs, end.signal)
    }
  }
  // Only waiting is aborted here.
  const running = run().catch(() => {})
  return {
    async [Symbol.asyncDispose]() {
      end.abort()
      await running
    },
  }
}
