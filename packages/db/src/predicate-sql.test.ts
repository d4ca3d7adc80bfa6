import { all, any, atom, holds, not, type Predicate } from '@parley/access'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { predicateSql } from './predicate-sql.ts'

type Atom = 'a' | 'b' | 'c'
const { predicate } = fc.letrec<{ predicate: Predicate<Atom> }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Atom>('a', 'b', 'c').map((name) => atom(name)),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of) => all(...of)),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of) => any(...of)),
    tie('predicate').map((of) => not(of)),
  ),
}))

/** Computes a boolean expression of `true`, `false`, AND, OR, NOT and parentheses, as SQL would. */
function compute(sql: string): boolean {
  let left = sql
  for (;;) {
    const next = left
      .replaceAll(/\((true|false)\)/g, '$1')
      .replaceAll('NOT true', 'false')
      .replaceAll('NOT false', 'true')
      .replaceAll(/\((?:true|false)(?: AND (?:true|false))+\)/g, (m) => String(!m.includes('false')))
      .replaceAll(/\((?:true|false)(?: OR (?:true|false))+\)/g, (m) => String(m.includes('true')))
    if (next === left) return left === 'true'
    left = next
  }
}

test('the SQL says what the rule says', () => {
  const facts = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() })
  fc.assert(
    fc.property(predicate, facts, (rule, known) => {
      const sql = predicateSql(rule, { a: String(known.a), b: String(known.b), c: String(known.c) })
      expect(compute(sql)).toBe(holds(rule, known))
    }),
  )
})
