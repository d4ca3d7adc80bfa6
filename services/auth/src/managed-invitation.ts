import type { Granted, Reason } from '@parley/access'
import type { OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { type AuthContext, now } from './context.ts'
import { invitationFacts } from './facts/invitation.ts'
import { invitationEvents } from './invitation-events.ts'
import { inviteRefusal, unknownInvitation } from './present/invitation.ts'
import { endInvitation, recallInvitation } from './repo/invitations.ts'

interface Asking {
  readonly input: { readonly invite_id: number }
  readonly tx: OrmTx
  readonly ctx: AuthContext
}

/** What guards an open invitation of a kind. */
export const managed = (kind: 'mail' | 'link') => ({
  object: ({ tx, input, ctx }: Asking) => invitationFacts(tx, input.invite_id, kind, now(ctx.clock)),
  hidden: unknownInvitation,
  denied: (_: unknown, reason: Reason) => inviteRefusal(reason),
})

/** Takes an invitation back: from the answer on, nothing that was sent of it opens anything. */
export async function revoke(
  { tx, ctx, input: { invite_id: id } }: Asking,
  granted: Granted<'invitation:manage'>,
  kind: 'mail' | 'link',
): Promise<void> {
  // Mails before the invitation, in the order in which whoever sends them takes both.
  await recallInvitation(tx, granted, id)
  if (!(await endInvitation(tx, granted, id, now(ctx.clock)))) throw unknownInvitation()
  await tell(tx, granted, { id, op: 'revoked', kind })
}

/** What the log says of it. */
export async function tell(
  tx: OrmTx,
  { actor, object, rights }: Granted<'invitation:manage'>,
  {
    id,
    op,
    kind,
  }: { readonly id: number; readonly op: 'revoked' | 'sent-again'; readonly kind: 'mail' | 'link' },
): Promise<void> {
  const { role, inviterId } = object
  const act = { invitation_id: id, op, kind, role, channels: [], groups: [], by: actor.userId, user_id: null }
  await append(tx, rights, await invitationEvents(tx, [inviterId], [act]))
}
