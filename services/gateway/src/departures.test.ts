import { fixedClock } from '@parley/core'
import { createLogger } from '@parley/kit'
import { expect, test } from 'vitest'
import { logDepartures } from './departures.ts'

test('departures are told at level debug only, by place and time, never by content', () => {
  const lines: string[] = []
  const to = { write: (line: string) => void lines.push(line) }
  const logger = createLogger({ service: 'gateway', node: 'gateway-1', level: 'debug', to })
  const clock = fixedClock(0)
  expect(logDepartures('info', logger, clock)).toBe(null)
  const departures = logDepartures('debug', logger, clock)
  const event = (seq: number) => ({ seq, text: '{"content":"canary"}' })
  clock.advance(12.5)
  departures?.events('queue-1', [event(7), event(9)])
  departures?.answer('request-1', 'unsubscribe')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { msg: 'events left', queue_id: 'queue-1', from_seq: 7, to_seq: 9, count: 2, monotonic_ms: 12.5 },
    { msg: 'answering', request_id: 'request-1', op: 'unsubscribe', monotonic_ms: 12.5 },
  ])
  expect(lines.join()).not.toContain('canary')
})
