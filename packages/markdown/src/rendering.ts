import type { Env } from 'markdown-it'
import type { RenderContext } from './context.ts'
import { codeBudget } from './code/highlight.ts'
import { texBudget } from './tex.ts'

/** What one rendering knows and finds out; travels through the parser in its `env`. */
export class Rendering {
  readonly context: RenderContext
  /** How many quotes surround the text being parsed: mentions in quotes are silent. */
  quoteDepth = 0
  readonly users = new Set<number>()
  readonly groups = new Set<number>()
  readonly channels = new Set<number>()
  readonly attachments = new Set<string>()
  /** What may still be typeset. */
  readonly tex = texBudget()
  /** What may still be highlighted. */
  readonly code = codeBudget()
  channelWildcard = false
  topicWildcard = false
  hasLink = false
  hasImage = false

  constructor(context: RenderContext) {
    this.context = context
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
