import fc from 'fast-check'
import { types } from 'pg'
import { expect, test } from 'vitest'
import { utcTime } from './utc-time.ts'

const byDriver = (text: string): unknown => {
  const read: unknown = types.getTypeParser(types.builtins.TIMESTAMPTZ)
  if (typeof read !== 'function') throw new Error('the driver reads no times')
  return Reflect.apply(read, null, [text])
}

test('a time is what the driver makes of it, to the millisecond', () => {
  const moment = fc.date({
    min: new Date('0100-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  const fraction = fc.stringMatching(/^(?:\.[0-9]{1,6})?$/)
  fc.assert(
    fc.property(moment, fraction, (at, rest) => {
      const text = `${at.toISOString().slice(0, 19).replace('T', ' ')}${rest}+00`
      expect(utcTime(text)).toEqual(byDriver(text))
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  'infinity',
  '-infinity',
  '2026-01-02 03:04:05+02',
  '0044-03-15 00:00:00+00 BC',
  '12026-01-02 03:04:05+00',
  '',
])('whatever else there is is for the driver: %j', (text) => {
  expect(utcTime(text)).toBeNull()
})
