import { unsubscribe } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { alsoTogether, route } from '@parley/kit'
import { actingIn } from '../acting.ts'
import type { Context } from '../context.ts'
import { findPrincipals } from '../facts/people.ts'
import { answerOfLeaving, leaveChannels } from '../leave-channels.ts'
import { writeMemberships } from '../memberships.ts'
import { goesTogether, ownMoves } from '../own-moves.ts'
import { refuseTooMany } from '../rules/too-many.ts'

const alone = route<typeof unsubscribe, Context, Tx>(unsubscribe, async (handled) => {
  const { input, tx, actor } = handled
  refuseTooMany(input.subscriptions.length, Math.max(input.principals?.length ?? 0, 1))
  const acting = actingIn(handled)
  const people = await findPrincipals(tx, actor, input.principals)
  if (!people) throw badRequest('No such user')
  const leavings = await leaveChannels(acting, input.subscriptions, people)
  await writeMemberships(acting, leavings)
  return answerOfLeaving(leavings, people)
})

export default alsoTogether(alone, ownMoves, goesTogether)
