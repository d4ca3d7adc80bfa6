import type { Clock } from '@parley/core'

export type OnProblem = (what: string, error?: unknown) => void

/** Tells each kind of problem at most every `everyMs`: what lasts would fill the log otherwise. */
export function seldom(tell: OnProblem, clock: Clock, everyMs = 5000): OnProblem {
  const last = new Map<string, number>()
  return (what, error) => {
    const now = clock.monotonic()
    if (now - (last.get(what) ?? -Infinity) < everyMs) return
    last.set(what, now)
    tell(what, error)
  }
}
