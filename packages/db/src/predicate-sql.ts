import type { Predicate } from '@parley/access'

/**
 * The predicate as SQL over rows: each atom's text is a boolean expression of the query it is put in, which must never
 * be NULL and never holds input.
 */
export function predicateSql<A extends string>(
  predicate: Predicate<A>,
  atoms: Readonly<Record<A, string>>,
): string {
  switch (predicate.kind) {
    case 'atom':
      return `(${atoms[predicate.name]})`
    case 'all':
      return joined(predicate.of, atoms, ' AND ', 'true')
    case 'any':
      return joined(predicate.of, atoms, ' OR ', 'false')
    case 'not':
      return `(NOT ${predicateSql(predicate.of, atoms)})`
  }
}

function joined<A extends string>(
  of: readonly Predicate<A>[],
  atoms: Readonly<Record<A, string>>,
  word: string,
  empty: string,
): string {
  return of.length === 0 ? empty : `(${of.map((p) => predicateSql(p, atoms)).join(word)})`
}
