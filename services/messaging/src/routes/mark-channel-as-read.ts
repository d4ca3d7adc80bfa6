import { markChannelAsRead } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { markUnreadOf } from '../edits/mark-read.ts'
import { listing } from '../facts/listing.ts'
import { oneChannel } from '../facts/readable-channel.ts'

export default route<typeof markChannelAsRead, Context, Tx>(
  markChannelAsRead,
  oneChannel,
  async ({ granted, actor, rights, tx }) => {
    const channel = { kind: 'channel' as const, channel: granted.object.channelId, negated: false }
    await markUnreadOf(tx, listing(actor, rights), rights, [channel])
    return {}
  },
)
