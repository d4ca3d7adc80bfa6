import { orgId, rights, seq } from '@parley/core'
import { expect, test } from 'vitest'
import { decodeRun, type TextEvent } from '../read-log.ts'
import { fittingRun } from './runs.ts'

const org = orgId(1)
const logged = (n: number, text = ''): TextEvent => ({
  seq: seq(n),
  at: 0,
  type: 't',
  body: JSON.stringify({ text }),
  users: [],
  channel: null,
  rights: rights(0),
  revokes: false,
})

test('a run goes as one message and comes back as it was', () => {
  const events = [logged(4, 'ü'), logged(5), logged(6)]
  const run = fittingRun(org, events)
  expect(run).toMatchObject({ from: 4, to: 6, types: ['t'], cut: false })
  expect(decodeRun(run.bytes)).toEqual({
    org,
    events: events.map((event) => {
      const body: unknown = JSON.parse(event.body)
      return { ...event, body }
    }),
  })
})

test('what does not fit waits for the next message', () => {
  const events = [1, 2, 3, 4, 5].map((n) => logged(n, 'x'.repeat(1000)))
  const run = fittingRun(org, events, 3000)
  expect(run.cut).toBe(true)
  expect(run.to).toBeLessThan(5)
  expect(run.bytes.length).toBeLessThanOrEqual(3000)
})

test('one event alone always goes', () => {
  expect(fittingRun(org, [logged(1, 'x'.repeat(1000)), logged(2)], 10)).toMatchObject({ to: 1, cut: true })
})

test('a run ends before a gap', () => {
  expect(fittingRun(org, [logged(1), logged(2), logged(4)])).toMatchObject({ to: 2, cut: true })
})

test.each([
  ['{"org":1,"from":1,"to":1,"events":[]}'],
  ['{}'],
  ['no'],
  ['{"org":1,"from":2,"to":2,"events":[{}]}'],
])('bytes that are no run are refused: %s', (text) => {
  expect(() => decodeRun(new TextEncoder().encode(text))).toThrow(Error)
})
