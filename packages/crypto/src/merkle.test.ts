import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  rangesOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts'
import {
  appendLeaf,
  emptyRoot,
  frontierOf,
  leafHash,
  nodeHash,
  rootOf,
  splitPoint,
  type Hash,
} from './merkle.ts'

// The definition itself, read off RFC 9162, 2.1.1: slow and obviously right.
function mth(entries: readonly string[]): Hash {
  const [only] = entries
  if (only === undefined) return emptyRoot()
  if (entries.length === 1) return leafHash(only)
  const k = splitPoint(entries.length)
  return nodeHash(mth(entries.slice(0, k)), mth(entries.slice(k)))
}

const entries = fc.array(fc.string(), { minLength: 1, maxLength: 70 })
const leavesOf = (texts: readonly string[]): Hash[] => texts.map((t) => leafHash(t))
const hex = (hash: Hash): string => hash.toString('hex')
// The proof with each of its hashes changed in turn, and with each left out.
const altered = (proof: readonly Hash[]): Hash[][] =>
  proof.flatMap((_, i) => [proof.map((p, n) => (n === i ? flip(p) : p)), proof.filter((_p, n) => n !== i)])
const flip = (hash: Hash): Hash => Buffer.from(hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))

describe('known values', () => {
  test('the empty tree and the empty entry', () => {
    expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(hex(leafHash(''))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })

  test('the seven-leaf tree of RFC 9162, 2.1.5', () => {
    const d = leavesOf(['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6'])
    const [a, b, c, dd, e, f, j] = d as [Hash, Hash, Hash, Hash, Hash, Hash, Hash]
    const [g, h, i] = [nodeHash(a, b), nodeHash(c, dd), nodeHash(e, f)]
    const [k, l] = [nodeHash(g, h), nodeHash(i, j)]
    const ranges = rangesOf(d)
    expect(rootOf(frontierOf(d))).toEqual(nodeHash(k, l))
    expect(inclusionProof(0, 7, ranges)).toEqual([b, h, l])
    expect(inclusionProof(3, 7, ranges)).toEqual([c, g, l])
    expect(inclusionProof(4, 7, ranges)).toEqual([f, j, k])
    expect(inclusionProof(6, 7, ranges)).toEqual([i, k])
    expect(consistencyProof(3, 7, ranges)).toEqual([c, dd, g, l])
    expect(consistencyProof(4, 7, ranges)).toEqual([l])
    expect(consistencyProof(6, 7, ranges)).toEqual([i, j, k])
  })
})

test('what no tree can be or hold is refused', () => {
  const ranges = rangesOf(leavesOf(['a', 'b']))
  expect(rootOf(frontierOf([]))).toEqual(emptyRoot())
  for (const index of [-1, 2]) expect(() => inclusionProof(index, 2, ranges)).toThrow('no leaf')
  for (const first of [0, 3]) expect(() => consistencyProof(first, 2, ranges)).toThrow('no tree')
  expect(() => appendLeaf({ size: 1, roots: [] }, leafHash('a'))).toThrow('frontier without')
})

test('the frontier gives the root of the definition', () => {
  fc.assert(
    fc.property(entries, (texts) => {
      expect(rootOf(frontierOf(leavesOf(texts)))).toEqual(mth(texts))
    }),
  )
})

test('every inclusion proof verifies, and no altered one does', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (texts, at) => {
      const leaves = leavesOf(texts)
      const size = leaves.length
      const index = at % size
      const leaf = leaves[index] as Hash
      const root = mth(texts)
      const proof = inclusionProof(index, size, rangesOf(leaves))
      const claim = { leaf, index, size, root, proof }
      expect(verifyInclusion(claim)).toBe(true)
      expect(verifyInclusion({ ...claim, leaf: flip(leaf) })).toBe(false)
      expect(verifyInclusion({ ...claim, root: flip(root) })).toBe(false)
      expect(verifyInclusion({ ...claim, proof: [...proof, leaf] })).toBe(false)
      expect(verifyInclusion({ ...claim, index: size })).toBe(false)
      expect(altered(proof).filter((p) => verifyInclusion({ ...claim, proof: p }))).toEqual([])
    }),
  )
})

test('every consistency proof verifies, and no altered one does', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (texts, at) => {
      const leaves = leavesOf(texts)
      const second = leaves.length
      const first = (at % second) + 1
      const firstRoot = mth(texts.slice(0, first))
      const secondRoot = mth(texts)
      const proof = consistencyProof(first, second, rangesOf(leaves))
      const claim = { first, firstRoot, second, secondRoot, proof }
      expect(verifyConsistency(claim)).toBe(true)
      expect(verifyConsistency({ ...claim, firstRoot: flip(firstRoot) })).toBe(false)
      expect(verifyConsistency({ ...claim, secondRoot: flip(secondRoot) })).toBe(false)
      expect(verifyConsistency({ ...claim, proof: [...proof, secondRoot] })).toBe(false)
      expect(verifyConsistency({ ...claim, first: second + 1 })).toBe(false)
      expect(altered(proof).filter((p) => verifyConsistency({ ...claim, proof: p }))).toEqual([])
    }),
  )
})
