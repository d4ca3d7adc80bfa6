import { isAdmin, isGuest } from '@parley/access'
import { listChannels } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { writtenChannels } from '../present/written-channels.ts'
import { readKnownChannels } from '../repo/known-channels.ts'

export default route<typeof listChannels, Context, Tx>(
  listChannels,
  async ({ input, tx, actor, granted, ctx }) => {
    if (input.include_all_active && !isAdmin(actor)) throw badRequest('User not authorized for this query')
    const sources = {
      all: input.include_all || input.include_all_active,
      public: input.include_public && !isGuest(actor),
      webPublic: input.include_web_public,
      subscribed: input.include_subscribed,
      readable: input.include_can_access_content,
      ownerSubscribed: input.include_owner_subscribed,
      archived: !input.exclude_archived,
    }
    const channels = await readKnownChannels(tx, granted, sources, ctx.standing)
    return writtenChannels(channels, ctx.clock.now(), input.include_default)
  },
)
