import { getSubscriptionStatus } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById } from '../facts/channel-facts.ts'
import { readMemberships } from '../facts/memberships.ts'
import { findPeople } from '../facts/people.ts'
import { invalidChannelId } from '../rules/unknown-channel.ts'

export default route<typeof getSubscriptionStatus, Context, Tx>(
  getSubscriptionStatus,
  {
    async object({ input, tx, actor }) {
      const facts = await channelFactsById(tx, actor, input.stream_id)
      if (!facts) throw invalidChannelId()
      return facts
    },
    hidden: invalidChannelId,
  },
  async ({ input, tx, granted }) => {
    const people = await findPeople(tx, granted.actor, [input.user_id])
    if (!people) throw badRequest('No such user')
    const { channelId } = granted.object
    const memberships = await readMemberships(tx, [channelId], [input.user_id])
    return { is_subscribed: memberships.has(channelId, input.user_id) }
  },
)
