import { appendLeaf, emptyFrontier, type Frontier, leafHash, rootOf } from '@parley/crypto'

export interface Leaf {
  readonly index: number
  readonly seq: number
  readonly entry: string
  readonly hash: Uint8Array
}

/** A walk over the leaves in order: what they add up to, and the first thing that does not fit. */
export interface Walk {
  readonly frontier: Frontier
  readonly lastSeq: number
  readonly fault: string | null
}

export const start: Walk = { frontier: emptyFrontier, lastSeq: 0, fault: null }

/** Takes one more leaf; the first fault is kept. */
export function step(walk: Walk, leaf: Leaf): Walk {
  const hash = leafHash(leaf.entry)
  const frontier = appendLeaf(walk.frontier, hash)
  return { frontier, lastSeq: leaf.seq, fault: walk.fault ?? faultOf(walk, leaf, hash) }
}

function faultOf(walk: Walk, leaf: Leaf, hash: Buffer): string | null {
  if (leaf.index !== walk.frontier.size) return `leaf ${walk.frontier.size} is missing`
  if (leaf.seq <= walk.lastSeq) return `leaf ${leaf.index} is out of order`
  return hash.equals(leaf.hash) ? null : `leaf ${leaf.index} was changed`
}

/** Compares the walk with the recorded tree. @returns what does not fit, or null */
export function compare(walk: Walk, recorded: Frontier): string | null {
  if (walk.fault) return walk.fault
  if (walk.frontier.size !== recorded.size)
    return `${recorded.size} leaves were recorded, ${walk.frontier.size} are there`
  return rootOf(walk.frontier).equals(rootOf(recorded)) ? null : 'the root differs from the recorded one'
}
