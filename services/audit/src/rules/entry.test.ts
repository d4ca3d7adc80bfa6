import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryOf } from './entry.ts'

const event = { org: 1, seq: 7, type: 'user.deactivated', at: '2026-01-01T00:00:00.000Z' }

test('keys are sorted at every depth and nothing else is changed', () => {
  expect(entryOf({ ...event, body: { b: [{ d: 1, c: null }], a: 'é"' } })).toBe(
    '{"at":"2026-01-01T00:00:00.000Z","body":{"a":"é\\"","b":[{"c":null,"d":1}]},"org":1,"seq":7,"type":"user.deactivated","v":1}',
  )
})

test('the order in which a body was built does not matter, its values do', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (body) => {
      const turned = Object.fromEntries(Object.entries(body).toReversed())
      expect(entryOf({ ...event, body: turned })).toBe(entryOf({ ...event, body }))
      expect(JSON.parse(entryOf({ ...event, body }))).toEqual({ v: 1, ...event, body: { ...body } })
    }),
  )
})
