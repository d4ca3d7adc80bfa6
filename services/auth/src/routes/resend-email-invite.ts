import { maxInvites, maxInvitesByPerson, resendEmailInvite } from '@parley/api'
import { badRequest } from '@parley/core'
import { type OrmTx, takeTurn } from '@parley/db'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { countInvitations } from '../facts/invitation.ts'
import { managed, tell } from '../managed-invitation.ts'
import { noMail } from '../present/invitation.ts'
import { recallInvitation } from '../repo/invitations.ts'
import { insertMail } from '../repo/mails.ts'

export default route<typeof resendEmailInvite, AuthContext, OrmTx>(
  resendEmailInvite,
  managed('mail'),
  async ({ input: { invite_id: id }, request, granted, tx, ctx }) => {
    await takeTurn(tx)
    const at = now(ctx.clock)
    const { own, all } = await countInvitations(tx, granted.object.inviterId, at)
    if (own >= maxInvitesByPerson || all >= maxInvites)
      throw badRequest('The number of invitations that can be sent in one day is limited.')
    if (!ctx.mailer) throw noMail()
    await recallInvitation(tx, granted, id)
    await insertMail(tx, granted, { invitation: id, messageId: ctx.ids.uuid(), url: request.url, at })
    await tell(tx, granted, { id, op: 'sent-again', kind: 'mail' })
    return {}
  },
)
