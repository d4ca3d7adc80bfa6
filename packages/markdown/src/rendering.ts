import type { Env } from 'markdown-it'
import type { RenderContext } from './context.ts'
import type { Made, Part } from './typesetting/part.ts'

/** What one rendering knows and finds out; travels through the parser in its `env`. */
export class Rendering {
  readonly context: RenderContext
  /** How many quotes surround the text being parsed: mentions in quotes are silent. */
  quoteDepth = 0
  readonly users = new Set<number>()
  readonly groups = new Set<number>()
  readonly channels = new Set<number>()
  readonly attachments = new Set<string>()
  /** What is costly to show, in the order in which it stands. */
  readonly parts: Part[] = []
  /** What it has become, in the same order; null as long as nobody knows. */
  #made: IterableIterator<string | null> | null = null
  channelWildcard = false
  topicWildcard = false
  hasLink = false
  hasImage = false

  constructor(context: RenderContext) {
    this.context = context
  }

  /** The HTML of a costly part; null where it is to be shown plain, as all are until they are made. */
  show(part: Part): string | null {
    const made = this.#made?.next()
    if (made) return made.done ? null : made.value
    this.parts.push(part)
    return null
  }

  /** From here on the same parts are shown once more, as what they have become. */
  showAgain(made: Made): void {
    this.#made = made.values()
  }
}

/** Where the rendering stands in a parser's `env`. */
export const renderingKey = Symbol('rendering')

/** The rendering that a parser's `env` carries. */
export function renderingOf(env: Env | undefined): Rendering {
  const rendering = env?.[renderingKey]
  if (!(rendering instanceof Rendering)) throw new TypeError('parsing outside of a rendering')
  return rendering
}
