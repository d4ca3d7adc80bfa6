/** A limit as the algorithm sees it: `count` at once, refilled evenly over `periodMs`. */
export interface Rate {
  readonly count: number
  readonly periodMs: number
}

export interface Outcome {
  readonly ok: boolean
  /** What is left of the burst. */
  readonly remaining: number
  /** Milliseconds until one more call is allowed; 0 where it is allowed now. */
  readonly retryMs: number
  /** Milliseconds until the whole burst is there again. */
  readonly resetMs: number
}

/**
 * The generic cell rate algorithm: one number per key, the theoretical arrival time (TAT).
 * The script for Redis (script.ts) is the same rule; a test holds them against each other.
 * @param tat the stored value, or null for a fresh key; milliseconds on the clock of `now`
 * @returns the outcome, and the value to store (unchanged where the call is refused)
 */
export function gcra(rate: Rate, tat: number | null, now: number): { outcome: Outcome; tat: number } {
  const interval = rate.periodMs / rate.count
  const from = Math.max(tat ?? now, now)
  const next = from + interval
  const allowedAt = next - rate.periodMs
  if (allowedAt > now) {
    const outcome = { ok: false, remaining: 0, retryMs: allowedAt - now, resetMs: from - now }
    return { outcome, tat: from }
  }
  const remaining = Math.floor((rate.periodMs - (next - now)) / interval + 1e-6)
  return { outcome: { ok: true, remaining, retryMs: 0, resetMs: next - now }, tat: next }
}
