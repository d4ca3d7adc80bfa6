import { unsubscribe } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { findPeople } from '../facts/people.ts'
import { takeTurn } from '../facts/turn.ts'
import { answerOfLeaving, leaveChannels } from '../leave-channels.ts'
import { writeMemberships } from '../memberships.ts'
import { refuseTooMany } from '../rules/too-many.ts'

export default route<typeof unsubscribe, Context, Tx>(unsubscribe, async (handled) => {
  const { input, tx, principal, ctx } = handled
  refuseTooMany(input.subscriptions.length, input.principals?.length ?? 1)
  const acting = {
    tx,
    now: ctx.clock.now(),
    webPublic: ctx.webPublic,
    ...(await takeTurn(tx, principal, handled)),
  }
  const asked = input.principals?.length ? input.principals : [acting.actor.userId]
  const people = await findPeople(tx, acting.actor, asked)
  if (!people) throw badRequest('No such user')
  const leavings = await leaveChannels(acting, input.subscriptions, people)
  await writeMemberships(acting, leavings, [])
  return answerOfLeaving(leavings, people)
})
