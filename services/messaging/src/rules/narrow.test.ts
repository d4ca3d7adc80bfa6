import { AppError } from '@parley/core'
import { NarrowTerm } from '@parley/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNarrow } from './narrow.ts'

const term = (operator: string, operand: string | number | number[], negated?: boolean) =>
  NarrowTerm.parse({ operator, operand, ...(negated === undefined ? {} : { negated }) })

test('terms are understood', () => {
  expect(
    parseNarrow([
      term('stream', 'Tea Room'),
      term('channel', 7, true),
      term('subject', ' General Chat '.toLowerCase()),
      term('from', ' Ann@X.org '),
      term('id', '12'),
      term('near', 3),
      term('in', 'all'),
    ]),
  ).toEqual([
    { kind: 'channel', channel: { key: 'tea room' }, negated: false },
    { kind: 'channel', channel: { id: 7 }, negated: true },
    { kind: 'topic', topic: '', negated: false },
    { kind: 'sender', sender: { email: 'ann@x.org' }, negated: false },
    { kind: 'id', id: 12, negated: false },
  ])
  expect(parseNarrow([term('pm-with', 'a@x.org, B@x.org'), term('is', 'private')])).toEqual([
    { kind: 'people', people: [{ email: 'a@x.org' }, { email: 'b@x.org' }], negated: false },
    { kind: 'direct', negated: false },
  ])
})

test('what the reader chose is asked for', () => {
  expect(
    parseNarrow([
      term('in', 'home', true),
      term('is', 'muted'),
      term('is', 'followed', true),
      term('group-pm-with', 3),
    ]),
  ).toEqual([
    { kind: 'home', negated: true },
    { kind: 'muted', negated: false },
    { kind: 'followed', negated: true },
    { kind: 'including', person: { id: 3 }, group: true, negated: false },
  ])
  expect(() => parseNarrow([term('in', 'out')])).toThrow("'in' operand out")
})

test('a channel and what is not direct go together', () => {
  expect(parseNarrow([term('channel', 7), term('is', 'dm', true)])).toHaveLength(2)
  expect(() => parseNarrow([term('channel', 7), term('dm', [1])])).toThrow('direct message')
})

test('a word that looks like content is not repeated', () => {
  expect(() => parseNarrow([term('is', 'a secret sentence')])).toThrow(/operand $/)
})

test('any narrow is understood or refused as BAD_NARROW', () => {
  const operators = ['channel', 'topic', 'dm', 'sender', 'id', 'is', 'near', 'in', 'constructor', '__proto__']
  const operand = fc.oneof(fc.string(), fc.integer(), fc.array(fc.integer(), { maxLength: 4 }))
  const holds = fc.check(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...operators), operand), { maxLength: 4 }), (given) => {
      const narrow = given.flatMap((pair) => NarrowTerm.safeParse(pair).data ?? [])
      try {
        return parseNarrow(narrow).length <= narrow.length
      } catch (error) {
        return error instanceof AppError && error.code === 'BAD_NARROW'
      }
    }),
  )
  expect(holds.failed).toBe(false)
})
