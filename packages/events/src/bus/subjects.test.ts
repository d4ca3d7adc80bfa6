import { orgId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventSubject, hintSubject, orgOfSubject, passingSubject, takenSubject } from './subjects.ts'

test('TE-04 subjects name one organisation, and nothing but a number can be in them', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, -0, -1, 1e21, NaN)), (n) => {
      let org
      try {
        org = orgId(n)
      } catch {
        return
      }
      for (const subject of [eventSubject(org), passingSubject(org), hintSubject(org), takenSubject(org)]) {
        expect(subject).toMatch(/^(evt|live|hint|taken)\.\d+$/)
        expect(orgOfSubject(subject) === org).toBe(true)
      }
    }),
  )
  for (const subject of ['evt.*', 'evt.>', 'evt.5.6', 'evt.-1', 'evt', 'evt.x'])
    expect(() => orgOfSubject(subject)).toThrow(TypeError)
})
