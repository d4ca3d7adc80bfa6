import { streamsSpectatorSnapshot } from '@parley/api'
import { orgId } from '@parley/core'
import { answer, lookingIn } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelObject } from '../present/channel-object.ts'
import { fixedKeys } from '../present/register.ts'
import { readShownChannels } from '../repo/channels.ts'

/** The keys of `register` that belong to channels, for who has no account: in none of those that they are shown. */
export default answer<typeof streamsSpectatorSnapshot, Context>(streamsSpectatorSnapshot, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx): Promise<Record<string, unknown>> => {
    const shown = await lookingIn(tx, ctx.webPublic)
    const wants = (type: string): boolean => input.types === null || input.types.includes(type)
    const rows = wants('stream') || wants('subscription') ? await readShownChannels(tx, shown) : []
    const now = ctx.clock.now()
    // People whom permissions name in place, and who made it, are for who has an account.
    const streams = rows.map((row) => ({
      ...channelObject({ ...row, setting_values: {} }, now),
      creator_id: null,
    }))
    return {
      ...fixedKeys(wants, true),
      ...(wants('realm_user') ? { can_create_web_public_streams: false } : {}),
      ...(wants('stream') ? { streams } : {}),
      ...(wants('subscription') ? { subscriptions: [], unsubscribed: [], never_subscribed: streams } : {}),
    }
  }),
)
