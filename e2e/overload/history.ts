import type { ApiClient } from '@parley/testkit'
import { z } from 'zod'

const Page = z.object({
  messages: z.array(z.looseObject({ id: z.int(), content: z.string() })),
  found_newest: z.boolean(),
})

/** The content of every message of a channel, oldest first, as its sender wrote it. */
export async function historyOf(who: ApiClient, channel: string): Promise<string[]> {
  const contents: string[] = []
  const narrow = [{ operator: 'channel', operand: channel }]
  for (let anchor: number | 'oldest' = 'oldest'; ;) {
    const asked = { anchor, narrow, num_before: 0, num_after: 1000, apply_markdown: false }
    const page = Page.parse(
      await who.ok('GET', '/messages', { ...asked, include_anchor: anchor === 'oldest' }),
    )
    contents.push(...page.messages.map(({ content }) => content))
    const last = page.messages.at(-1)
    if (page.found_newest || !last) return contents
    anchor = last.id
  }
}
