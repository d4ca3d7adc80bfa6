import { AppError } from '@parley/core'
import { expect, test } from 'vitest'
import { parseAround, parseWanted } from './anchor.ts'

const page = { include_anchor: true, num_before: 1, num_after: 1, use_first_unread_anchor: false }
const anchorOf = (given: Readonly<Record<string, string>>) => parseAround({ ...page, ...given }).anchor

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.message}`
    throw error
  }
  return 'none'
}

test('a date is a day or a time of ISO 8601, UTC unless it says another zone', () => {
  const dates = [
    '2026-11-05',
    '2026-11-05T00:00:00',
    '2026-11-05T00:00:00.000Z',
    '2026-11-05T01:30:00+01:30',
    '2026-11-04T20:00:00.0-04:00',
  ]
  for (const date of dates)
    expect(anchorOf({ anchor: 'date', anchor_date: date })).toEqual(new Date('2026-11-05T00:00:00Z'))
})

test('what is no date, is missing or goes with another anchor is refused', () => {
  const dated = (anchor_date: string) => refusal(() => anchorOf({ anchor: 'date', anchor_date }))
  const wrong = [
    '',
    '5',
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '20261105',
    '2026-11-05T25:00:00Z',
    '1762300800',
  ]
  for (const date of wrong)
    expect(dated(date)).toBe('BAD_REQUEST anchor_date is not a date or time of ISO 8601')
  expect(refusal(() => anchorOf({ anchor: 'date' }))).toBe(
    "REQUEST_VARIABLE_MISSING Missing 'anchor_date' argument",
  )
  expect(refusal(() => anchorOf({ anchor: 'newest', anchor_date: '2026-11-05' }))).toBe(
    'BAD_REQUEST anchor_date goes with the anchor date only',
  )
  const named = { include_anchor: true, use_first_unread_anchor: false, message_ids: [1] }
  expect(refusal(() => parseWanted({ ...named, anchor_date: '2026-11-05' }))).toBe(
    'BAD_REQUEST Unsupported parameter combination: num_before, num_after, anchor, message_ids',
  )
})
