import { nodeHash, rootOf, frontierOf, splitPoint, type Hash } from './merkle.ts'

/** The root of the leaves from `start` (inclusive) to `end` (exclusive); callers may answer from a cache. */
export type RangeRoot = (start: number, end: number) => Hash

/** Range roots computed from all leaf hashes. */
export const rangesOf =
  (leaves: readonly Hash[]): RangeRoot =>
  (start, end) =>
    rootOf(frontierOf(leaves.slice(start, end)))

/** PATH(index, D[size]) of RFC 9162, 2.1.3.1: what proves that the tree holds a leaf, from the leaf up. */
export function inclusionProof(index: number, size: number, ranges: RangeRoot): Hash[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`)
  const path: Hash[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      path.push(ranges(middle, end))
      end = middle
    } else {
      path.push(ranges(start, middle))
      start = middle
    }
  }
  return path.reverse()
}

/** PROOF(first, D[second]) of RFC 9162, 2.1.4.1: that the larger tree begins with the smaller one. */
export function consistencyProof(first: number, second: number, ranges: RangeRoot): Hash[] {
  if (!(first >= 1 && first <= second)) throw new RangeError(`no tree of ${first} within one of ${second}`)
  const path: Hash[] = []
  let start = 0
  let end = second
  while (end !== first) {
    const middle = start + splitPoint(end - start)
    if (first <= middle) {
      path.push(ranges(middle, end))
      end = middle
    } else {
      path.push(ranges(start, middle))
      start = middle
    }
  }
  // Where the walk never went right, the verifier knows the first root already.
  if (start !== 0) path.push(ranges(start, end))
  return path.reverse()
}

const half = (n: number): number => Math.floor(n / 2)
const odd = (n: number): boolean => n % 2 === 1

export interface Inclusion {
  leaf: Hash
  index: number
  size: number
  root: Hash
  proof: readonly Hash[]
}

/** RFC 9162, 2.1.3.2: whether the proof shows the leaf at this index of the tree with this root. */
export function verifyInclusion({ leaf, index, size, root, proof }: Inclusion): boolean {
  if (!(index >= 0 && index < size)) return false
  let fn = index
  let sn = size - 1
  let r = leaf
  for (const p of proof) {
    if (sn === 0) return false
    if (odd(fn) || fn === sn) {
      r = nodeHash(p, r)
      while (!odd(fn) && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      r = nodeHash(r, p)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && r.equals(root)
}

export interface Consistency {
  first: number
  firstRoot: Hash
  second: number
  secondRoot: Hash
  proof: readonly Hash[]
}

/** RFC 9162, 2.1.4.2: whether the proof shows that the second tree begins with the first. */
export function verifyConsistency({ first, firstRoot, second, secondRoot, proof }: Consistency): boolean {
  if (!(first >= 1 && first <= second)) return false
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot)
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : [...proof]
  const [head, ...rest] = path
  if (head === undefined || rest.length === 0) return false
  let fn = first - 1
  let sn = second - 1
  while (odd(fn)) {
    fn = half(fn)
    sn = half(sn)
  }
  let fr = head
  let sr = head
  for (const c of rest) {
    if (sn === 0) return false
    if (odd(fn) || fn === sn) {
      fr = nodeHash(c, fr)
      sr = nodeHash(c, sr)
      while (!odd(fn) && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      sr = nodeHash(sr, c)
    }
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot)
}

const isPowerOfTwo = (n: number): boolean => n === 1 || splitPoint(n) * 2 === n
