import { frontierOf, leafHash } from '@parley/crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare, type Leaf, start, step } from './verify.ts'

const leaves = (entries: readonly string[]): Leaf[] =>
  entries.map((entry, index) => ({ index, seq: index + 1, entry, hash: leafHash(entry) }))
const recorded = (entries: readonly string[]) => frontierOf(entries.map((entry) => leafHash(entry)))
const verdict = (found: readonly Leaf[], entries: readonly string[]) =>
  compare(found.reduce(step, start), recorded(entries))

test('an untouched log verifies', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (some) => {
      expect(verdict(leaves(some), some)).toBeNull()
    }),
  )
})

const entries = ['a', 'b', 'c', 'd', 'e']
const leafAt = (index: number): Leaf => ({
  index,
  seq: index + 1,
  entry: entries[index] ?? '',
  hash: leafHash(entries[index] ?? ''),
})

test.each([
  ['a changed entry', (l: Leaf[]) => l.with(2, { ...leafAt(2), entry: 'x' }), 'leaf 2 was changed'],
  [
    'a changed entry with its hash',
    (l: Leaf[]) => l.with(2, { index: 2, seq: 3, entry: 'x', hash: leafHash('x') }),
    'the root differs from the recorded one',
  ],
  ['a removed leaf', (l: Leaf[]) => l.toSpliced(1, 1), 'leaf 1 is missing'],
  ['a cut end', (l: Leaf[]) => l.slice(0, -1), '5 leaves were recorded, 4 are there'],
  ['two leaves of one event', (l: Leaf[]) => l.with(3, { ...leafAt(3), seq: 3 }), 'leaf 3 is out of order'],
] as [string, (l: Leaf[]) => Leaf[], string][])('%s shows', (_, tamper, fault) => {
  expect(verdict(tamper(leaves(entries)), entries)).toBe(fault)
})
