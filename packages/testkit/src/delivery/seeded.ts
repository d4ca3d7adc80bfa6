/** Numbers that look random and are the same for the same seed (mulberry32). */
export interface Seeded {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  /** One of these. */
  pick<T>(list: readonly [T, ...T[]]): T
}

/** The seed of this run: `PARLEY_TEST_SEED`, to see a failure again, or the given one. */
export const seedOf = (usual: number): number => Number(process.env['PARLEY_TEST_SEED'] ?? usual)

export function seeded(seed: number): Seeded {
  let state = seed
  const below = (most: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % most
  }
  return { below, pick: (list) => list[below(list.length)] ?? list[0] }
}
