/** From where messages are looked at, and which way; null for everywhere. */
export interface From {
  readonly bound: { readonly operator: '<' | '=' | '>' | '>='; readonly anchor: number } | null
  readonly newestFirst: boolean
}

/** Of what an index has found so many more than are asked for are looked at first; and how the pieces that follow grow. */
const [slack, growth] = [20, 8]

/**
 * Looks at what an index has found from the anchor on, piece by piece: mostly the first is enough.
 * @param look the ids of a piece that fit, this many at most
 */
export async function inPieces(
  found: readonly number[],
  limit: number,
  from: From,
  look: (piece: readonly number[], limit: number) => Promise<readonly number[]>,
): Promise<number[]> {
  const ids = nearestFirst(found, from)
  const rows: number[] = []
  for (let at = 0, size = limit + slack; at < ids.length && rows.length < limit; size *= growth) {
    rows.push(...(await look(ids.slice(at, at + size), limit - rows.length)))
    at += size
  }
  return rows
}

function nearestFirst(ids: readonly number[], { bound, newestFirst }: From): number[] {
  const anchor = bound?.anchor ?? 0
  const within = {
    '<': (id: number) => id < anchor,
    '=': (id: number) => id === anchor,
    '>': (id: number) => id > anchor,
    '>=': (id: number) => id >= anchor,
  }
  // One that got its words meanwhile was found twice.
  const each = [...new Set(ids)]
  const some = bound ? each.filter(within[bound.operator]) : each
  return some.sort((a, b) => (newestFirst ? b - a : a - b))
}
