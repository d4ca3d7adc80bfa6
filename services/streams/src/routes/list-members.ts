import { listMembers } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById } from '../facts/channel-facts.ts'
import { readSubscribers } from '../repo/subscriptions.ts'
import { invalidChannelId } from '../rules/unknown-channel.ts'

export default route<typeof listMembers, Context, Tx>(
  listMembers,
  {
    async object({ input, tx, actor }) {
      const facts = await channelFactsById(tx, actor, input.stream_id)
      if (!facts) throw invalidChannelId()
      return facts
    },
    hidden: invalidChannelId,
  },
  async ({ tx, granted }) => ({
    subscribers: (await readSubscribers(tx, granted)).map((subscriber) => subscriber.user_id),
  }),
)
