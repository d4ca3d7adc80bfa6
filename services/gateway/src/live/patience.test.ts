import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patience, tickMs } from './patience.ts'

test('whichever the queue and however the looks fall, a heartbeat comes after 45 to 55 seconds', () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.double({ min: 0, max: tickMs, noNaN: true }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      (queueId, firstLook, late) => {
        let silent = firstLook
        while (silent < patience(queueId)) silent += tickMs
        expect(silent).toBeGreaterThanOrEqual(45_000)
        expect(silent + late).toBeLessThanOrEqual(55_000)
      },
    ),
    { examples: [['ffff0000-0000-4000-8000-000000000000', tickMs, 500]] },
  )
})

test('queues that begin together are not told together', () => {
  expect(patience('0000') + 7000).toBeLessThan(patience('ffff'))
})
