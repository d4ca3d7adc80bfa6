import { subscribe } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { alsoTogether, route } from '@parley/kit'
import { actingIn } from '../acting.ts'
import type { Context } from '../context.ts'
import { findPrincipals } from '../facts/people.ts'
import { answerOfJoining, joinChannels } from '../join-channels.ts'
import { writeMemberships } from '../memberships.ts'
import { sayJoined } from '../say-joined.ts'
import { comesTogether, ownMoves } from '../own-moves.ts'
import { refuseUnsupported } from '../rules/supported.ts'
import { refuseTooMany } from '../rules/too-many.ts'
import { wantedChannels } from '../rules/wanted-channels.ts'

const alone = route<typeof subscribe, Context, Tx>(subscribe, async (handled) => {
  const { input, tx, actor, request } = handled
  const wanted = wantedChannels(input.subscriptions)
  refuseTooMany(wanted.length, Math.max(input.principals?.length ?? 0, 1))
  const acting = actingIn(handled)
  // Refused although no channel may have to be made: a request that cannot be granted is not granted by chance.
  refuseUnsupported(input, actor)
  const people = await findPrincipals(tx, actor, input.principals)
  if (!people) throw badRequest('No such user')

  const fatal = input.authorization_errors_fatal
  const wish = { channel: input, url: request.url, fatal }
  const { joinings, unauthorized, beside } = await joinChannels(acting, wanted, people, wish)
  const sent =
    input.send_new_subscription_messages && (await sayJoined(acting, joinings, people, request.url))
  await writeMemberships(acting, joinings, beside)
  return {
    ...answerOfJoining(joinings, people),
    ...(fatal ? {} : { unauthorized: [...unauthorized] }),
    new_subscription_messages_sent: sent,
  }
})

export default alsoTogether(alone, ownMoves, comesTogether)
