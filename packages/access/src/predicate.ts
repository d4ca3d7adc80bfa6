/**
 * A rule as data over named facts (atoms): the same value decides for one object (`holds`)
 * and becomes SQL for a list (packages/db `predicateSql`), so the two cannot drift apart.
 */
export type Predicate<A extends string> =
  | { readonly kind: 'atom'; readonly name: A }
  | { readonly kind: 'all'; readonly of: readonly Predicate<A>[] }
  | { readonly kind: 'any'; readonly of: readonly Predicate<A>[] }
  | { readonly kind: 'not'; readonly of: Predicate<A> }

export const atom = <A extends string>(name: A): Predicate<A> => ({ kind: 'atom', name })
export const all = <A extends string>(...of: readonly Predicate<A>[]): Predicate<A> => ({ kind: 'all', of })
export const any = <A extends string>(...of: readonly Predicate<A>[]): Predicate<A> => ({ kind: 'any', of })
export const not = <A extends string>(of: Predicate<A>): Predicate<A> => ({ kind: 'not', of })

/** Decides the predicate for one object whose every atom is known. */
export function holds<A extends string>(
  predicate: Predicate<A>,
  facts: Readonly<Record<A, boolean>>,
): boolean {
  switch (predicate.kind) {
    case 'atom':
      return facts[predicate.name]
    case 'all':
      return predicate.of.every((p) => holds(p, facts))
    case 'any':
      return predicate.of.some((p) => holds(p, facts))
    case 'not':
      return !holds(predicate.of, facts)
  }
}
