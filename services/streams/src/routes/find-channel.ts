import { findChannel } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsByName } from '../facts/channel-facts.ts'
import { storable } from '../rules/storable.ts'
import { unknownName } from '../rules/unknown-channel.ts'

export default route<typeof findChannel, Context, Tx>(
  findChannel,
  {
    async object({ input, tx, actor }) {
      const name = input.stream
      const [facts] = storable(name) ? (await channelFactsByName(tx, actor, [name])).values() : []
      if (!facts) throw unknownName(name)
      return facts
    },
    hidden: (input) => unknownName(input.stream),
  },
  async ({ granted }) => ({ stream_id: granted.object.channelId }),
)
