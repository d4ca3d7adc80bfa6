import { join } from '@parley/api'
import { orgId, Secret } from '@parley/core'
import { type OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { isGuestRole, isOperator } from '@parley/access'
import { route } from '@parley/kit'
import { comeIn } from '../come-in.ts'
import { commitInLine } from '../commit.ts'
import { type AuthContext, now } from '../context.ts'
import { defaultChannels } from '../facts/channels.ts'
import { holdInvitation, type Invitation, invitationOf } from '../facts/invitation.ts'
import { invitationEvents } from '../invitation-events.ts'
import { stillOpen } from '../invited-to.ts'
import { decideJoining } from '../joining.ts'
import { opensNothing } from '../present/invitation.ts'
import { endInvitationsTo } from '../repo/invitations.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { fullName } from '../rules/full-name.ts'
import { checkPassword } from '../rules/password-strength.ts'

export default route<typeof join, AuthContext, OrmTx>(join, async ({ input, request, signal, ctx }) => {
  const org = orgId(request.org)
  const secret = new Secret(input.secret)
  // Looked at before anything costs work: who has nothing that opens gets no password hashed.
  const { address, organisation } = await ctx.database.read(org, async (tx) => {
    const { email } = personal(await invitationOf(tx, secret, now(ctx.clock)))
    return { address: email, organisation: await readOrganisation(tx) }
  })
  const name = fullName(input.full_name)
  checkPassword(input.password, [name, address, organisation?.name ?? '', organisation?.subdomain ?? ''])
  const hash = await ctx.hasher.hash(new Secret(input.password))

  return commitInLine(ctx, org, signal, async (tx) => {
    const at = now(ctx.clock)
    const { invitation, email } = personal(await invitationOf(tx, secret, at))
    if (!(await holdInvitation(tx, invitation, at))) throw opensNothing()
    const verdict = await decideJoining(tx, invitation, email)
    if (!verdict.ok) throw opensNothing()
    const { granted, rights } = verdict
    const others = await endInvitationsTo(tx, granted, at)
    const guest = isGuestRole(granted.object.role)
    // Guests come into no channel by themselves: those who invited one bring them into these too.
    const defaults = invitation.with_defaults && guest ? await defaultChannels(tx) : []
    const wanted = {
      channels: [...new Set([...invitation.channels, ...defaults])],
      groups: invitation.groups,
    }
    const targets = isOperator(granted.actor)
      ? { channels: [], groups: [] }
      : await stillOpen(tx, granted.actor, rights, wanted)
    const { row, events } = await comeIn(
      ctx,
      tx,
      granted,
      { email, fullName: name, hash },
      {
        url: request.url,
        ...targets,
        defaults: invitation.with_defaults,
        welcome: invitation.welcome,
        inviter: invitation.notify ? invitation.inviter_id : null,
      },
    )
    const act = {
      invitation_id: invitation.invitation_id,
      op: 'used' as const,
      kind: invitation.kind,
      role: granted.object.role,
      channels: targets.channels,
      groups: targets.groups.map(({ object }) => Number(object.group.groupId)),
      by: invitation.inviter_id,
      user_id: row.userId,
    }
    const told = await invitationEvents(tx, [invitation.inviter_id, ...others], [act])
    await append(tx, rights, [...events, ...told])
    return { user_id: row.userId, email: row.deliveryEmail }
  })
})

/** One that makes an account: a link asks for an address first. @throws AppError BAD_REQUEST for all others alike */
function personal(invitation: Invitation | null): {
  readonly invitation: Invitation
  readonly email: string
} {
  if (invitation === null || invitation.email === null) throw opensNothing()
  return { invitation, email: invitation.email }
}
