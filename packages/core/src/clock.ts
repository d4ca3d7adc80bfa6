/** Time, passed in so that tests can set it. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. Never used for order or durations. */
  now(): number
  /** Monotonic clock, milliseconds since an arbitrary start; for durations and leases. All processes of a machine share it. */
  monotonic(): number
}

// Looked up once: this is read several times a request.
const nanoseconds: () => bigint = process.hrtime.bigint.bind(process.hrtime)

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(nanoseconds()) / 1e6,
}

/** A clock that moves only when told, for tests. */
export function fixedClock(startMs: number): Clock & { advance(ms: number): void } {
  let passed = 0
  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    advance(ms) {
      passed += ms
    },
  }
}
