import fc from 'fast-check'
import { expect, test } from 'vitest'
import { all, any, atom, holds, not, type Predicate } from './predicate.ts'

const names = ['a', 'b', 'c'] as const
type Name = (typeof names)[number]
const anyPredicate = fc.letrec<{ predicate: Predicate<Name> }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...names).map((name) => atom(name)),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of) => all(...of)),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of) => any(...of)),
    tie('predicate').map((of) => not(of)),
  ),
})).predicate
const anyFacts = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() })

test('all of nothing holds, any of nothing does not', () => {
  const facts = { a: true, b: true, c: true }
  expect([holds(all<Name>(), facts), holds(any<Name>(), facts)]).toEqual([true, false])
})

test('predicates follow the laws of logic', () => {
  fc.assert(
    fc.property(anyPredicate, anyPredicate, anyFacts, (p, q, facts) => {
      const says = (predicate: Predicate<Name>): boolean => holds(predicate, facts)
      expect(says(not(not(p)))).toBe(says(p))
      expect(says(not(all(p, q)))).toBe(says(any(not(p), not(q))))
      expect(says(all(p, q))).toBe(says(p) && says(q))
      expect(says(any(p, q))).toBe(says(p) || says(q))
    }),
  )
})
