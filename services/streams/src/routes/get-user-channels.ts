import { getUserChannels } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { findPeople } from '../facts/people.ts'
import { readKnownChannelsOf } from '../repo/subscriptions.ts'

export default route<typeof getUserChannels, Context, Tx>(getUserChannels, async ({ input, tx, granted }) => {
  const people = await findPeople(tx, granted.actor, [input.user_id])
  if (!people) throw badRequest('No such user')
  return { subscribed_channel_ids: await readKnownChannelsOf(tx, granted, input.user_id) }
})
