import type { RenderContext } from './context.ts'
import { draft, type Rendered } from './render.ts'
import type { Author } from './typesetting/line.ts'
import { Typesetter, type TypesetterOptions } from './typesetting/typesetter.ts'

/** Renders messages. Code and formulas are made beside the main thread; everything else is there at once. */
export interface Renderer extends AsyncDisposable {
  /**
   * The same source and context give the same result, but that code and formulas stay plain where making them takes too long.
   * @throws AppError UNAVAILABLE where too many of the author's or the organisation's messages, or of all, wait for the other thread
   */
  render(by: Author, source: string, context: RenderContext): Promise<Rendered>
}

export function createRenderer(options: TypesetterOptions): Renderer {
  const typesetter = new Typesetter(options)
  return {
    async render(by, source, context) {
      const drafted = draft(source, context)
      if (drafted.parts.length === 0) return drafted.plain
      return drafted.with(await typesetter.set(by, drafted.parts))
    },
    [Symbol.asyncDispose]: () => typesetter[Symbol.asyncDispose](),
  }
}
