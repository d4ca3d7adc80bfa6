import { isAdmin, isGuest } from '@parley/access'
import { listChannels } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelObject } from '../present/channel-object.ts'
import { readKnownChannels } from '../repo/channels.ts'

export default route<typeof listChannels, Context, Tx>(
  listChannels,
  async ({ input, tx, actor, granted, ctx }) => {
    if (input.include_all_active && !isAdmin(actor)) throw badRequest('User not authorized for this query')
    const rows = await readKnownChannels(tx, granted, {
      all: input.include_all || input.include_all_active,
      public: input.include_public && !isGuest(actor),
      webPublic: input.include_web_public,
      subscribed: input.include_subscribed,
      readable: input.include_can_access_content,
      ownerSubscribed: input.include_owner_subscribed,
      archived: !input.exclude_archived,
    })
    const now = ctx.clock.now()
    return {
      streams: rows.map((row) => ({
        ...channelObject(row, now),
        ...(input.include_default ? { is_default: row.is_default } : {}),
      })),
    }
  },
)
