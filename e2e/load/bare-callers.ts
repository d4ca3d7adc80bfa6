import { z } from 'zod'
import { askBare, type BareAddress } from './ask-bare.ts'
import type { ClosedLoop } from './closed-loop.ts'

const Called = z.object({ seconds: z.number(), waits: z.array(z.number()) })

/** The callers within `limits/durable.ts`, each of which sends again once it is answered. */
export const bareCallers = (
  to: BareAddress,
  asked: {
    readonly content: string
    /** Of all of them; absent: as fast as they are answered. */
    readonly perSecond?: number
  },
): ClosedLoop => ({
  async run(seconds) {
    const called = Called.parse(await askBare(to, '/callers', { ...asked, seconds }))
    return { ...called, done: called.waits.length, failed: 0 }
  },
  [Symbol.dispose]() {},
})
