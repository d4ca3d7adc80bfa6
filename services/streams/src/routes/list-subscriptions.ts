import { listSubscriptions } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { subscriptionObject } from '../present/subscription-object.ts'
import { readKnownSubscribers, readOwnSubscriptions } from '../repo/subscriptions.ts'

export default route<typeof listSubscriptions, Context, Tx>(
  listSubscriptions,
  async ({ input, tx, granted, ctx }) => {
    const own = (await readOwnSubscriptions(tx, granted)).filter((row) => row.active && !row.archived)
    const subscribers =
      input.include_subscribers === 'false'
        ? null
        : await readKnownSubscribers(
            tx,
            granted,
            own.map((row) => row.channel_id),
          )
    const now = ctx.clock.now()
    return {
      subscriptions: own.map((row) =>
        subscriptionObject(row, row, now, subscribers ? (subscribers.get(row.channel_id) ?? []) : undefined),
      ),
    }
  },
)
