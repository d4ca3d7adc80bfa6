import type { RenderContext } from './context.ts'
import { parser } from './parser.ts'
import { Rendering, renderingKey } from './rendering.ts'
import type { Made, Part } from './typesetting/part.ts'

/** A message's text as clients show it, and what it refers to. */
export interface Rendered {
  readonly html: string
  /** Whom the message notifies; silent mentions and those in quotes are not among them. */
  readonly mentions: {
    readonly users: readonly number[]
    readonly groups: readonly number[]
    readonly channelWildcard: boolean
    readonly topicWildcard: boolean
  }
  /** Channels linked to. */
  readonly channels: readonly number[]
  /** Files linked to, as `organisation/random/name`. */
  readonly attachments: readonly string[]
  readonly hasLink: boolean
  readonly hasImage: boolean
  readonly hasAttachment: boolean
  /** `/me …`: clients show the sender's name as part of the sentence. */
  readonly isMeMessage: boolean
}

/** A message whose costly parts may have to be made still. */
export interface Draft {
  /** In the order in which they stand; none in most messages. */
  readonly parts: readonly Part[]
  /** With its parts plain. */
  readonly plain: Rendered
  /** With what they have become. */
  with(made: Made): Rendered
}

/** Reads a message's source. Pure: the same source and context give the same result; any string is accepted. */
export function draft(source: string, context: RenderContext): Draft {
  const rendering = new Rendering(context)
  const env = { [renderingKey]: rendering }
  const tokens = parser.parse(source.toWellFormed(), env)
  const rendered = (): Rendered => {
    const html = parser.renderer.render(tokens, parser.options, env).trimEnd()
    return {
      html,
      mentions: {
        users: [...rendering.users],
        groups: [...rendering.groups],
        channelWildcard: rendering.channelWildcard,
        topicWildcard: rendering.topicWildcard,
      },
      channels: [...rendering.channels],
      attachments: [...rendering.attachments],
      hasLink: rendering.hasLink,
      hasImage: rendering.hasImage,
      hasAttachment: rendering.attachments.size > 0,
      isMeMessage: source.startsWith('/me ') && html.startsWith('<p>') && html.endsWith('</p>'),
    }
  }
  return {
    plain: rendered(),
    parts: rendering.parts,
    with(made) {
      rendering.showAgain(made)
      return rendered()
    },
  }
}
