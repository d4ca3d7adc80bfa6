import { badRequest, Beforehand } from '@parley/core'
import type { Draft, Rendered } from './render.ts'
import type { Made, Part } from './typesetting/part.ts'

/** Texts with code or formulas that are made for one call: what has become of them is kept until the call has ended. */
export const mostAhead = 50

/** What was made for calls before their transactions, by what it was made of: what has changed meanwhile is made anew. */
export class Ahead {
  readonly #calls = new WeakMap<AbortSignal, Map<string, Made>>()

  /**
   * @param make makes the parts of one text
   * @returns puts each of the drafts together with what was made for this call
   * @throws Beforehand where parts have to be made first
   * @throws AppError BAD_REQUEST where those of too many texts would have to be
   */
  with(
    call: AbortSignal,
    drafts: readonly Draft[],
    make: (parts: readonly Part[]) => Promise<Made>,
  ): (draft: Draft) => Rendered {
    const made = this.#calls.get(call) ?? new Map<string, Made>()
    const missing = new Map(
      drafts.flatMap(({ parts }) => {
        const key = keyOf(parts)
        return parts.length === 0 || made.has(key) ? [] : [[key, parts] as const]
      }),
    )
    if (missing.size === 0)
      return (draft) => {
        const own = made.get(keyOf(draft.parts))
        return own ? draft.with(own) : draft.plain
      }
    if (made.size + missing.size > mostAhead)
      throw badRequest(`Too many texts with code or formulas at once (limit: ${mostAhead})`)
    throw new Beforehand(async () => {
      this.#calls.set(call, made)
      // One by one, for a person has few places in line.
      for (const [key, parts] of missing) made.set(key, await make(parts))
    })
  }
}

const keyOf = (parts: readonly Part[]): string => JSON.stringify(parts)
