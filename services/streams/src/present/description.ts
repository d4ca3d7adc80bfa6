import { type Author, type Renderer, renderContext } from '@parley/markdown'

/** A channel's description as HTML. It links to nothing that a reader may not know of: no channels, no people. */
export async function renderDescription(
  renderer: Pick<Renderer, 'render'>,
  by: Author,
  text: string,
  organisationUrl: string,
): Promise<string> {
  const { html } = await renderer.render(by, text, renderContext({ organisationUrl }), 'a connection')
  return html
}
