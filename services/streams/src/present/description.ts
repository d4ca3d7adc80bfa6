import { type Author, type Renderer, renderContext } from '@parley/markdown'

/** Who describes channels, in an open transaction. */
interface Describing {
  readonly renderer: Pick<Renderer, 'renderWithin' | 'renderAllWithin'>
  readonly actor: Author
  /** Of the call. */
  readonly signal: AbortSignal
  /** The organisation's address. */
  readonly url: string
}

/** A description as it was written, and as HTML. */
export interface Described {
  readonly text: string
  readonly rendered: string
}

/** It links to nothing that a reader may not know of: no channels, no people. */
const contextOf = ({ url }: Describing) => renderContext({ organisationUrl: url })

/**
 * A channel's description as HTML, for who may write it.
 * @throws Beforehand where code or formulas have to be made first
 */
export function renderDescription(by: Describing, text: string): Described {
  const { html } = by.renderer.renderWithin(by.actor, text, contextOf(by), by.signal)
  return { text, rendered: html }
}

/** The same of several channels. @throws AppError BAD_REQUEST where too many have code or formulas */
export function renderDescriptions<T extends { readonly description: string }>(
  by: Describing,
  channels: readonly T[],
): (Omit<T, 'description'> & { readonly description: Described })[] {
  const texts = channels.map(({ description }) => description)
  const rendered = by.renderer.renderAllWithin(by.actor, texts, contextOf(by), by.signal)
  return channels.map((channel, at) => ({
    ...channel,
    description: { text: channel.description, rendered: rendered[at]?.html ?? '' },
  }))
}
