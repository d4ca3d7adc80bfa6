import { getChannel } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById } from '../facts/channel-facts.ts'
import { channelObject } from '../present/channel-object.ts'
import { readChannel } from '../repo/channels.ts'
import { invalidChannelId } from '../rules/unknown-channel.ts'

export default route<typeof getChannel, Context, Tx>(
  getChannel,
  {
    async object({ input, tx, actor }) {
      const facts = await channelFactsById(tx, actor, input.stream_id)
      if (!facts) throw invalidChannelId()
      return facts
    },
    hidden: invalidChannelId,
  },
  async ({ tx, granted, ctx }) => ({
    stream: channelObject(await readChannel(tx, granted), ctx.clock.now()),
  }),
)
