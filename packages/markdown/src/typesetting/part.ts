/** A part of a message that is costly to show as clients style it: code in a language that has a grammar, or a formula. */
export type Part =
  | { readonly kind: 'code'; readonly text: string; readonly language: string }
  | { readonly kind: 'formula'; readonly source: string; readonly display: boolean }

/** The HTML of each part of a message; null where it stays plain. */
export type Made = readonly (string | null)[]
