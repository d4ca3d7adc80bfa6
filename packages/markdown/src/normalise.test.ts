import { AppError } from '@parley/core'
import { expect, test } from 'vitest'
import { normaliseContent, normaliseTopic } from './index.ts'

const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`
  }
  return 'accepted'
}

test('content loses empty lines before it and white space after it, nothing else', () => {
  expect(normaliseContent('\n\n  a  b\n\nc \t\n ')).toBe('  a  b\n\nc')
})

test.each([
  ['', 'Message must not be empty'],
  [' \n\t ', 'Message must not be empty'],
  ['a\0b', 'Message must not contain null bytes'],
  ['a\ud800b', 'Message must be valid Unicode'],
  ['\udc00', 'Message must be valid Unicode'],
])('content %j: %s', (source, message) => {
  expect(refusal(() => normaliseContent(source))).toBe(`BAD_REQUEST: ${message}`)
})

test('content is cut at 10000 characters, counted as code points', () => {
  expect(normaliseContent('é'.repeat(10_000))).toHaveLength(10_000)
  expect(normaliseContent('😀'.repeat(10_000))).toHaveLength(20_000)
  const cut = normaliseContent('😀'.repeat(10_001))
  expect(Array.from(cut)).toHaveLength(10_000)
  expect(cut.endsWith('😀\n[message truncated]')).toBe(true)
})

test.each([
  ['  lunch ', 'lunch'],
  ['', ''],
  ['  ', ''],
  ['(no topic)', ''],
  [' general chat ', ''],
  ['General Chat', 'General Chat'],
  ['x'.repeat(60), 'x'.repeat(60)],
  ['x'.repeat(61), `${'x'.repeat(57)}...`],
  ['😀'.repeat(61), `${'😀'.repeat(57)}...`],
])('topic %j', (topic, expected) => {
  expect(normaliseTopic(topic)).toBe(expected)
})

test.each([
  ['a\nb', 2],
  ['\0', 1],
  ['😀a\ud800', 3],
  ['ab\ufffe', 3],
  ['\u0085x\u0085y', 1],
])('topic %j has a character that is not printable', (topic, position) => {
  expect(refusal(() => normaliseTopic(topic))).toBe(
    `BAD_REQUEST: Invalid character in topic, at position ${position}!`,
  )
})
