import { confirmEmail } from '@parley/api'
import { orgId, Secret, userId } from '@parley/core'
import { type OrmTx, readActor } from '@parley/db'
import { accountEmailChanged, append, emailChanged, make, shownEmailChanged } from '@parley/events'
import { route } from '@parley/kit'
import { decideAddress } from '../change-email.ts'
import { commitInLine } from '../commit.ts'
import { type AuthContext, now } from '../context.ts'
import { emailChangeOf } from '../facts/email-change.ts'
import { invitationsEnded } from '../invitation-events.ts'
import { confirmsNothing } from '../present/email-change.ts'
import { endEmailChanges, setAddress, tellAddressOfBefore } from '../repo/email-changes.ts'
import { endInvitationsTo } from '../repo/invitations.ts'
import { readOrganisation } from '../repo/organisations.ts'

export default route<typeof confirmEmail, AuthContext, OrmTx>(
  confirmEmail,
  ({ input, request, ctx, signal }) =>
    commitInLine(ctx, orgId(request.org), signal, async (tx) => {
      // Among those who make accounts: one address is one account's.
      const at = now(ctx.clock)
      const change = await emailChangeOf(tx, new Secret(input.secret), at)
      if (!change) throw confirmsNothing()
      // Decided for whose account it is, as they are now.
      const { actor, rights } = await readActor(tx, userId(change.user_id))
      // Whoever took a key back, changed the password or ended a session has ended what was asked for with it.
      if (actor?.generation !== change.generation) throw confirmsNothing()
      const verdict = await decideAddress(tx, { actor, rights }, change.email)
      if (!verdict.ok || (await readOrganisation(tx))?.deactivated !== false) throw confirmsNothing()
      const { granted } = verdict
      const moved = await setAddress(tx, granted, change.email)
      if (!moved) throw confirmsNothing()
      await endEmailChanges(tx, granted, at)
      const inviters = await endInvitationsTo(tx, granted, at)
      const { was, generation, delivery_email, email_address_visibility, email } = moved
      await tellAddressOfBefore(tx, granted, change.change_id, { messageId: ctx.ids.uuid(), at, was })
      const { user_id } = change
      await append(tx, rights, [
        make(emailChanged, { user_id, delivery_email, email_address_visibility }),
        ...(email === delivery_email ? [make(shownEmailChanged, { user_id, new_email: email })] : []),
        ...(await invitationsEnded(tx, inviters)),
        make(accountEmailChanged, { user_id, generation }),
      ])
      return { email: delivery_email }
    }),
)
