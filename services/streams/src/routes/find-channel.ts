import { findChannel } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsByName } from '../facts/channel-facts.ts'
import { storable } from '../rules/storable.ts'

const unknownName = (name: string): AppError => badRequest(`Invalid channel name '${name}'`)

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
