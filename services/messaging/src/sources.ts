import type { Database, Tx } from '@parley/db'
import { unavailable } from '@parley/core'
import type { Renderer } from '@parley/markdown'
import type { FactsCache } from './facts/cache.ts'
import type { FindEmojiImages } from './facts/emoji-images.ts'
import { readingIn } from './facts/render-context.ts'
import { loadSendFacts } from './facts/send-facts.ts'
import type { OrganisationLinkifiers } from './linkifiers.ts'

/** Where a message's facts and names are read, and by what it is rendered. */
export interface Sources {
  readonly facts: Pick<FactsCache, 'get'>
  readonly database: Pick<Database, 'read'>
  readonly linkifiers: Pick<OrganisationLinkifiers, 'get'>
  readonly emojiImages: FindEmojiImages
  readonly renderer: Pick<Renderer, 'render'>
}

/** What outlasts a transaction. */
interface Lasting {
  readonly linkifiers: Pick<OrganisationLinkifiers, 'within'>
  readonly renderer: Pick<Renderer, 'renderWithin'>
}

/**
 * All of it within one transaction, for who has one open: nothing is remembered, no second connection is needed, and what
 * takes long is done before it (`Beforehand`).
 */
export const within = (tx: Tx, { linkifiers, renderer }: Lasting): Sources => ({
  facts: {
    async get(org, ask) {
      const [found] = await loadSendFacts({ once: tx.query.bind(tx) }, org, [ask])
      if (!found) throw unavailable()
      return { ...found, fresh: true }
    },
  },
  ...readingIn(tx),
  linkifiers: { get: () => linkifiers.within(tx) },
  renderer: { render: async (...what) => renderer.renderWithin(...what) },
})
