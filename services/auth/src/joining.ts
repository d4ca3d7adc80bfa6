import { authorize, isOperator, type NewInvitation, operator, role, type Verdict } from '@parley/access'
import { type Rights, userId } from '@parley/core'
import { readActor, readRights, type Tx } from '@parley/db'
import { addressFacts, addressPolicy } from './facts/address.ts'
import type { Invitation } from './facts/invitation.ts'
import { readOrganisation } from './repo/organisations.ts'

/**
 * May somebody come in with this address, by an invitation, by what they asked for with a link, or of their own accord
 * (null)? Decided for who invited as they are now.
 */
export async function decideJoining(
  tx: Tx,
  invitation: Pick<Invitation, 'kind' | 'inviter_id' | 'role' | 'welcome'> | null,
  address: string,
): Promise<Verdict<'user:join'> & { readonly rights: Rights }> {
  const inviter = invitation?.inviter_id ?? null
  // The rights first: what is read behind them moves them where it changes, and then nothing is written.
  const { actor, rights } =
    inviter === null
      ? { actor: operator(tx.org), rights: await readRights(tx) }
      : await readActor(tx, userId(inviter))
  const organisation = await readOrganisation(tx)
  if (!actor || !organisation || organisation.deactivated)
    return { ok: false, kind: 'hide', reason: 'not-invited', rights }
  const given: NewInvitation | null =
    invitation === null || isOperator(actor)
      ? null
      : {
          multiuse: invitation.kind !== 'mail',
          role: invitation.role,
          welcomes: invitation.welcome !== null,
        }
  const newcomer = {
    invitation: given,
    role: invitation?.role ?? role.member,
    address: addressFacts(await addressPolicy(tx), address),
    inviteRequired: organisation.values['invite_required'] !== false,
  }
  return { ...authorize('user:join', actor, newcomer, rights), rights }
}
