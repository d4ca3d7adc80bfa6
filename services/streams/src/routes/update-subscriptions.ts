import { authorize } from '@parley/access'
import { updateSubscriptions } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { actingIn } from '../acting.ts'
import type { Context } from '../context.ts'
import { answerOfJoining, joinChannels } from '../join-channels.ts'
import { answerOfLeaving, leaveChannels } from '../leave-channels.ts'
import { writeMemberships } from '../memberships.ts'
import { wantedChannels } from '../rules/wanted-channels.ts'

export default route<typeof updateSubscriptions, Context, Tx>(updateSubscriptions, async (handled) => {
  const { input, actor, rights, request } = handled
  const wanted = wantedChannels(input.add)
  if (wanted.length + input.delete.length === 0)
    throw badRequest('Nothing to do. Specify at least one of "add" or "delete".')
  const acting = actingIn(handled)
  // As where one comes into channels and nothing else: guests leave by themselves and are brought in by others.
  if (wanted.length > 0 && !authorize('channel:join', actor, null, rights).ok)
    throw badRequest('Insufficient permission')
  const people = [actor]
  const leavings = await leaveChannels(acting, input.delete, people)
  const wish = { channel: {}, url: request.url, fatal: true }
  const { joinings, beside } = await joinChannels(acting, wanted, people, wish)
  await writeMemberships(acting, [...leavings, ...joinings], beside)
  return { ...answerOfLeaving(leavings, people), ...answerOfJoining(joinings, people) }
})
