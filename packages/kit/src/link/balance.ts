/** What choosing needs to know of a connection. */
export interface Loaded {
  /** Open, and neither told to leave nor leaving. */
  readonly usable: boolean
  /** At a bound of calls in flight or of unsent bytes. */
  readonly full: boolean
  readonly inFlight: number
}

/**
 * The usable connection with the fewest calls in flight; `turn` (any whole number) decides among equals, so that
 * a quiet caller does not always meet the first instance. `avoid` is taken only where there is no other.
 * @returns null where none is usable; `full` where all that are usable are full
 */
export function leastLoaded<C extends Loaded>(
  connections: readonly C[],
  turn: number,
  avoid: C | null = null,
): C | 'full' | null {
  const usable = connections.filter((c) => c.usable)
  if (usable.length === 0) return null
  const others = usable.filter((c) => c !== avoid)
  const free = (others.length > 0 ? others : usable).filter((c) => !c.full)
  if (free.length === 0) return 'full'
  const least = Math.min(...free.map((c) => c.inFlight))
  const best = free.filter((c) => c.inFlight === least)
  return best[turn % best.length] ?? 'full'
}
