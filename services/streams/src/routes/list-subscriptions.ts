import { listSubscriptions } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { subscriptionObject } from '../present/subscription-object.ts'
import { readKnownSubscribers, readOwnSubscriptions } from '../repo/subscriptions.ts'

export default route<typeof listSubscriptions, Context, Tx>(
  listSubscriptions,
  async ({ input, tx, granted, ctx }) => {
    const wantsSubscribers = input.include_subscribers !== 'false'
    const own = await readOwnSubscriptions(tx, granted)
    const subscribers = wantsSubscribers ? await readKnownSubscribers(tx, granted) : null
    const now = ctx.clock.now()
    return {
      subscriptions: own
        .filter((row) => row.active && !row.archived)
        .map((row) =>
          subscriptionObject(
            row,
            row,
            now,
            subscribers ? (subscribers.get(row.channel_id) ?? []) : undefined,
          ),
        ),
    }
  },
)
