import { type Share, Shares, unavailable } from '@parley/core'
import type { RenderContext } from './context.ts'
import { draft, type Rendered } from './render.ts'
import type { Author } from './typesetting/line.ts'
import type { Made } from './typesetting/part.ts'
import { type Holding, Typesetter, type TypesetterOptions } from './typesetting/typesetter.ts'

/** How many messages of one person with their bots, of one organisation and of all may be waited for with a connection held. */
const mostHolding = { person: 2, organisation: 3, all: 5 }

/** Renders messages. Code and formulas are made beside the main thread; everything else is there at once. */
export interface Renderer extends AsyncDisposable {
  /**
   * The same source and context give the same result, but that code and formulas stay plain where making them takes too long.
   * @param holding who holds a connection keeps it from others as long as this takes, so only few may
   * @throws AppError UNAVAILABLE where too many of the author's or the organisation's messages, or of all, wait for the other thread, or too many do with a
   *   connection held
   */
  render(by: Author, source: string, context: RenderContext, holding: Holding): Promise<Rendered>
}

export function createRenderer(options: TypesetterOptions): Renderer {
  const typesetter = new Typesetter(options)
  const holding = new Shares()
  return {
    async render(by, source, context, holds) {
      const drafted = draft(source, context)
      if (drafted.parts.length === 0) return drafted.plain
      const set = (): Promise<Made> => typesetter.set(by, drafted.parts, holds)
      return drafted.with(await (holds === 'nothing' ? set() : holding.take(placesOf(by), unavailable, set)))
    },
    [Symbol.asyncDispose]: () => typesetter[Symbol.asyncDispose](),
  }
}

const placesOf = ({ orgId, userId, botOwnerId }: Author): readonly Share[] => [
  ['', mostHolding.all],
  [`${orgId}`, mostHolding.organisation],
  [`${orgId} ${botOwnerId ?? userId}`, mostHolding.person],
]
