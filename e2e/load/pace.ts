import type { ClosedLoop } from './closed-loop.ts'

/**
 * Resolves when the next call is due: so many a second, of which `atOnce` are due in the same moment. Begins when it is
 * made, and calls that come late are due at once.
 */
export function pace(perSecond: number, atOnce: number): () => Promise<void> {
  const began = performance.now()
  let asked = 0
  return async () => {
    const due = began + (Math.floor(asked++ / atOnce) * atOnce * 1000) / perSecond
    const early = due - performance.now()
    if (early > 0) await new Promise((done) => setTimeout(done, early))
  }
}

/** The same loop, so many a second. */
export const atPace = (loop: ClosedLoop, perSecond: number, atOnce: number): ClosedLoop => ({
  run: (seconds) => loop.run(seconds, pace(perSecond, atOnce)),
  [Symbol.dispose]() {},
})
