import { Ahead } from './ahead.ts'
import type { RenderContext } from './context.ts'
import { type Draft, draft, type Rendered } from './render.ts'
import type { Author } from './typesetting/line.ts'
import { Typesetter, type TypesetterOptions } from './typesetting/typesetter.ts'

/**
 * Renders messages. Code and formulas are made beside the main thread; everything else is there at once. The same source and
 * context give the same result, but that code and formulas stay plain where making them takes too long.
 */
export interface Renderer extends AsyncDisposable {
  /**
   * For who holds nothing that others need.
   * @param signal ends the wait of who has hung up
   * @throws AppError UNAVAILABLE where too many of the author's or the organisation's messages, or of all, wait for the other thread, or
   *   this one has waited too long, or nobody waits for it any more
   */
  render(by: Author, source: string, context: RenderContext, signal: AbortSignal): Promise<Rendered>
  /**
   * For who has a transaction open, once its author may do what they ask for: it never waits. Code and formulas are made when
   * that has been given up, and the same call's next transaction, in which everything is decided anew, finds them.
   * @param signal of the call: one and the same in each of its transactions
   * @throws Beforehand where something has to be made first, which fails as `render` does
   * @throws AppError BAD_REQUEST for more texts with code or formulas than one call may have
   */
  renderWithin(by: Author, source: string, context: RenderContext, signal: AbortSignal): Rendered
  /** The same for several texts that are told the same: all are made before the next transaction. */
  renderAllWithin(
    by: Author,
    sources: readonly string[],
    context: RenderContext,
    signal: AbortSignal,
  ): readonly Rendered[]
}

export function createRenderer(options: TypesetterOptions): Renderer {
  const typesetter = new Typesetter(options)
  const ahead = new Ahead()
  const within = (by: Author, drafts: readonly Draft[], signal: AbortSignal) =>
    ahead.with(signal, drafts, (parts) => typesetter.set(by, parts, signal))
  return {
    async render(by, source, context, signal) {
      const drafted = draft(source, context)
      if (drafted.parts.length === 0) return drafted.plain
      return drafted.with(await typesetter.set(by, drafted.parts, signal))
    },
    renderWithin(by, source, context, signal) {
      const drafted = draft(source, context)
      return within(by, [drafted], signal)(drafted)
    },
    renderAllWithin(by, sources, context, signal) {
      const drafts = sources.map((source) => draft(source, context))
      return drafts.map(within(by, drafts, signal))
    },
    [Symbol.asyncDispose]: () => typesetter[Symbol.asyncDispose](),
  }
}
