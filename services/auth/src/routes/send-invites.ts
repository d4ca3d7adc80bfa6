import { addressComesIn, authorize, type Granted } from '@parley/access'
import {
  maxInvites,
  maxInvitesByPerson,
  maxInvitesToOne,
  maxOpen,
  maxOpenByPerson,
  sendInvites,
} from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx, Tx } from '@parley/db'
import { append } from '@parley/events'
import { commitInTurn, route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { addressFacts, addressPolicy } from '../facts/address.ts'
import { whoHas } from '../facts/invitation.ts'
import { countMails, countOpen, mailedEnough } from '../facts/mailings.ts'
import { giftsOf, wantedInvitation } from '../given-invitation.ts'
import { invitationEvents } from '../invitation-events.ts'
import { checkTargets } from '../invited-to.ts'
import { addressFault, invitationFailed, inviteRefusal, noMail, type Skipped } from '../present/invitation.ts'
import { insufficient } from '../present/refusal.ts'
import { insertInvitation } from '../repo/invitations.ts'
import { insertMail } from '../repo/mails.ts'
import { email, emailKey } from '../rules/email.ts'
import { invitees } from '../rules/invitees.ts'

export default route<typeof sendInvites, AuthContext, OrmTx>(
  sendInvites,
  {
    object: async ({ input }) => wantedInvitation(input, false),
    hidden: insufficient,
    denied: (_, reason) => inviteRefusal(reason),
  },
  async (handling) => {
    const { input, request, ctx } = handling
    const addresses = invitees(input.invitee_emails)
    if (addresses.length === 0) throw badRequest('You must specify at least one email address.')
    // The count of the day is one for all who invite at once.
    const skipped = await commitInTurn(ctx, handling, async (tx, { actor, rights }) => {
      const wanted = wantedInvitation(input, false)
      const verdict = authorize('invitation:create', actor, wanted, rights)
      if (!verdict.ok) throw inviteRefusal(verdict.reason)
      const { granted } = verdict
      const at = now(ctx.clock)
      const gifts = giftsOf(input, at)
      await checkTargets(tx, granted.actor, gifts)
      await refuseTooMany(tx, granted, addresses, at)
      const here = await whoIsHere(tx, addresses)
      if (!ctx.mailer) throw noMail()
      const acts = []
      for (const address of addresses.filter((one) => !here.some(([taken]) => taken === one))) {
        const given = { ...gifts, email: address, notify: input.notify_referrer_on_join }
        const invitation = await insertInvitation(tx, granted, given)
        await insertMail(tx, granted, { invitation, messageId: ctx.ids.uuid(), url: request.url, at })
        acts.push({
          invitation_id: invitation,
          op: 'created' as const,
          kind: 'mail' as const,
          role: wanted.role,
          channels: [...gifts.channels],
          groups: [...gifts.groups],
          by: granted.actor.userId,
          user_id: null,
        })
      }
      await append(tx, rights, await invitationEvents(tx, [granted.actor.userId], acts))
      return here
    })
    if (skipped.length > 0) throw invitationFailed(someHere, skipped, { sent: true })
    return {}
  },
)

const someHere =
  "Some of those addresses are already using Zulip, so we didn't send them an invitation. We did send invitations to everyone else!"

async function refuseTooMany(
  tx: Tx,
  { actor: { userId } }: Granted<'invitation:create'>,
  addresses: readonly string[],
  at: Date,
): Promise<void> {
  const more = addresses.length
  const { own, all } = await countMails(tx, userId, at)
  if (own + more > maxInvitesByPerson || all + more > maxInvites) throw tooMany([])
  const open = await countOpen(tx, userId, at)
  if (open.own + more > maxOpenByPerson || open.all + more > maxOpen)
    throw invitationFailed(
      'Too many invitations are open. Take some back, or wait until they expire. No invitations were sent.',
      [],
      { limit: true },
    )
  // Their own mails alone: that others wrote to an address is nobody's to know, and only delays what is sent.
  const asked = { inviter: userId, keys: addresses.map(emailKey), most: maxInvitesToOne }
  const enough = await mailedEnough(tx, asked, at)
  if (enough.size > 0)
    throw tooMany(
      addresses
        .filter((address) => enough.has(emailKey(address)))
        .map((address) => [address, 'You have invited this address too often today.', false]),
    )
}

const tooMany = (errors: readonly Skipped[]) =>
  invitationFailed(
    'The number of invitations that can be sent in one day is limited. Because you have reached the limit, no invitations were sent.',
    errors,
    { limit: true },
  )

/** @returns those who have an account. @throws AppError INVITATION_FAILED where all have, or an address does not do */
async function whoIsHere(tx: Tx, addresses: readonly string[]): Promise<Skipped[]> {
  const policy = await addressPolicy(tx)
  const faults = addresses.flatMap((address): Skipped[] => {
    if (email(address) === null) return [[address, 'Invalid address.', false]]
    const comesIn = addressComesIn(addressFacts(policy, address))
    return comesIn.ok ? [] : [[address, addressFault(comesIn.reason), false]]
  })
  if (faults.length > 0)
    throw invitationFailed("Some emails did not validate, so we didn't send any invitations.", faults)
  const accounts = await whoHas(tx, addresses.map(emailKey))
  const here = addresses.flatMap((address): Skipped[] => {
    const active = accounts.get(emailKey(address))
    if (active === undefined) return []
    return [[address, active ? 'Already has an account.' : 'Account has been deactivated.', !active]]
  })
  if (here.length === addresses.length) throw invitationFailed("We weren't able to invite anyone.", here)
  return here
}
