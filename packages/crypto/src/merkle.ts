import { createHash } from 'node:crypto'

// Merkle trees as RFC 9162, section 2.1, defines them. Sizes may exceed 32 bits, so no bit operators.

/** A SHA-256 value, 32 bytes. */
export type Hash = Buffer

const hash = (...parts: (string | Uint8Array)[]): Hash => {
  const h = createHash('sha256')
  for (const part of parts) h.update(part)
  return h.digest()
}

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** MTH of one entry; the prefix keeps a leaf from posing as a node. */
export const leafHash = (entry: string | Uint8Array): Hash => hash(leafPrefix, entry)
export const nodeHash = (left: Uint8Array, right: Uint8Array): Hash => hash(nodePrefix, left, right)
/** The root of the tree without entries. */
export const emptyRoot = (): Hash => hash()

/**
 * What is needed to go on appending: the roots of the perfect subtrees that make up a tree of `size`
 * leaves, largest first (one per 1-bit of the size).
 */
export interface Frontier {
  readonly size: number
  readonly roots: readonly Hash[]
}

export const emptyFrontier: Frontier = { size: 0, roots: [] }

/** The frontier after one more leaf; the given one is not changed. */
export function appendLeaf({ size, roots }: Frontier, leaf: Hash): Frontier {
  const next = [...roots]
  let added = leaf
  // Two perfect subtrees of one size become one of twice the size, as carries in binary addition.
  for (let n = size; n % 2 === 1; n = Math.floor(n / 2)) {
    const left = next.pop()
    if (left === undefined) throw new RangeError('frontier without the roots its size asks for')
    added = nodeHash(left, added)
  }
  next.push(added)
  return { size: size + 1, roots: next }
}

/** The root of the tree the frontier stands for. */
export function rootOf({ roots }: Frontier): Hash {
  const last = roots.at(-1)
  if (last === undefined) return emptyRoot()
  return roots.slice(0, -1).reduceRight<Hash>((right, left) => nodeHash(left, right), last)
}

/** The frontier of these leaves. */
export const frontierOf = (leaves: Iterable<Hash>): Frontier => {
  let frontier = emptyFrontier
  for (const leaf of leaves) frontier = appendLeaf(frontier, leaf)
  return frontier
}

/** The largest power of two smaller than n (n > 1): where the RFC splits a tree of n leaves. */
export function splitPoint(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
