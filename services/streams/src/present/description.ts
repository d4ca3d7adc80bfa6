import { render, renderContext } from '@parley/markdown'

/** A channel's description as HTML. It links to nothing that a reader may not know of: no channels, no people. */
export const renderDescription = (text: string, organisationUrl: string): string =>
  render(text, renderContext({ organisationUrl })).html
