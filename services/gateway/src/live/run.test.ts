import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Wired } from './encoded.ts'
import { Run } from './run.ts'

const events: readonly Wired[] = Array.from({ length: 4 }, (_, seq) => ({ seq, text: String(seq) }))

test('those for whom the same is pending share it, in order; nobody gets what another has', () => {
  const pendings = fc.array(fc.array(fc.constantFrom(...events), { maxLength: 5 }), { maxLength: 20 })
  fc.assert(
    fc.property(pendings, (all) => {
      const nothing = new Run()
      const runs = all.map((pending) => pending.reduce((run, event) => run.and(event), nothing))
      expect(runs.map((run) => run.events)).toEqual(all)
      for (const [i, run] of runs.entries())
        for (const [j, other] of runs.entries()) {
          const same = JSON.stringify(all[i]) === JSON.stringify(all[j])
          expect(run.events === other.events).toBe(same)
        }
    }),
  )
})
