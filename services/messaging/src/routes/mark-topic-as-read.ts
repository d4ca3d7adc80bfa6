import { markTopicAsRead } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { normaliseTopic } from '@parley/markdown'
import type { Context } from '../context.ts'
import { markUnreadOf } from '../edits/mark-read.ts'
import { listing } from '../facts/listing.ts'
import { oneChannel } from '../facts/readable-channel.ts'
import { idsAround } from '../repo/fetch.ts'
import { beyondNewest } from '../rules/anchor.ts'

export default route<typeof markTopicAsRead, Context, Tx>(
  markTopicAsRead,
  oneChannel,
  async ({ input, granted, actor, rights, tx }) => {
    const list = listing(actor, rights)
    const terms = [
      { kind: 'channel' as const, channel: granted.object.channelId, negated: false },
      { kind: 'topic' as const, topic: normaliseTopic(input.topic_name), negated: false },
    ]
    const newest = {
      kind: 'around' as const,
      anchor: beyondNewest,
      includeAnchor: false,
      before: 1,
      after: 0,
    }
    if ((await idsAround(tx, list, terms, newest)).ids.length === 0) throw badRequest('No such topic')
    await markUnreadOf(tx, list, rights, terms)
    return {}
  },
)
