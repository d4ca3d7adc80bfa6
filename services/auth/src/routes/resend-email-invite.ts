import type { Granted } from '@parley/access'
import { maxInvites, maxInvitesByPerson, maxInvitesToOne, resendEmailInvite } from '@parley/api'
import { badRequest } from '@parley/core'
import { type OrmTx, type Tx } from '@parley/db'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { invitationToSend } from '../facts/invitation.ts'
import { countMails, mailedEnough } from '../facts/mailings.ts'
import { decideJoining } from '../joining.ts'
import { managed, tell } from '../managed-invitation.ts'
import { inviteRefusal, noMail, unknownInvitation } from '../present/invitation.ts'
import { addressRefusal } from '../present/refusal.ts'
import { insertMail, replaceMails } from '../repo/mails.ts'
import { emailKey } from '../rules/email.ts'

export default route<typeof resendEmailInvite, AuthContext, OrmTx>(
  resendEmailInvite,
  managed('mail'),
  async ({ input: { invite_id: id }, request, granted, tx, ctx }) => {
    const at = now(ctx.clock)
    if (!ctx.mailer) throw noMail()
    const instead = await replaceMails(tx, granted, id, at)
    // Behind whoever takes it back at the same time.
    const invitation = await invitationToSend(tx, id, at)
    if (!invitation) throw unknownInvitation()
    const may = await decideJoining(tx, invitation, invitation.email)
    if (!may.ok)
      throw may.reason.startsWith('address-')
        ? addressRefusal(may.reason, invitation.email)
        : inviteRefusal(may.reason)
    await refuseTooMany(tx, granted, invitation.email, at)
    await insertMail(tx, granted, {
      invitation: id,
      messageId: ctx.ids.uuid(),
      url: request.url,
      at,
      instead,
    })
    await tell(tx, granted, { id, op: 'sent-again', kind: 'mail' })
    return {}
  },
)

async function refuseTooMany(
  tx: Tx,
  { object: { inviterId: inviter } }: Granted<'invitation:manage'>,
  address: string,
  at: Date,
): Promise<void> {
  const { own, all } = await countMails(tx, inviter, at)
  const enough = await mailedEnough(tx, { inviter, keys: [emailKey(address)], most: maxInvitesToOne }, at)
  if (own >= maxInvitesByPerson || all >= maxInvites || enough.size > 0)
    throw badRequest('The number of invitations that can be sent in one day is limited.')
}
