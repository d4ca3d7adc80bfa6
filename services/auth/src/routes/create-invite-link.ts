import { createInviteLink, maxLinks, maxOpen, maxOpenByPerson } from '@parley/api'
import { badRequest, Secret } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { countOpen } from '../facts/mailings.ts'
import { giftsOf, wantedInvitation } from '../given-invitation.ts'
import { invitationEvents } from '../invitation-events.ts'
import { checkTargets } from '../invited-to.ts'
import { askLink } from '../mail/letter.ts'
import { inviteRefusal, noMail } from '../present/invitation.ts'
import { insufficient } from '../present/refusal.ts'
import { insertInvitation } from '../repo/invitations.ts'
import { insertSecret } from '../repo/mails.ts'
import { newInvitationSecret } from '../rules/invitation-secret.ts'

export default route<typeof createInviteLink, AuthContext, OrmTx>(
  createInviteLink,
  {
    object: async ({ input }) => wantedInvitation(input, true),
    hidden: insufficient,
    denied: (_, reason) => inviteRefusal(reason),
  },
  async ({ input, request, granted, rights, tx, ctx }) => {
    const at = now(ctx.clock)
    const gifts = giftsOf(input, at)
    await checkTargets(tx, granted.actor, gifts)
    const { own, all, links } = await countOpen(tx, granted.actor.userId, at)
    if (links >= maxLinks) throw badRequest(`Too many invitation links (limit: ${maxLinks})`)
    if (own >= maxOpenByPerson || all >= maxOpen) throw badRequest('Too many invitations are open.')
    // Whoever comes by a link confirms their address.
    if (!ctx.mailer) throw noMail()
    const invitation = await insertInvitation(tx, granted, { ...gifts, email: null, notify: false })
    const secret = newInvitationSecret(ctx.ids)
    await insertSecret(tx, invitation, new Secret(secret))
    const act = {
      invitation_id: invitation,
      op: 'created' as const,
      kind: 'link' as const,
      role: granted.object.role,
      channels: [...gifts.channels],
      groups: [...gifts.groups],
      by: granted.actor.userId,
      user_id: null,
    }
    await append(tx, rights, await invitationEvents(tx, [granted.actor.userId], [act]))
    return { invite_link: askLink(request.url, secret) }
  },
)
