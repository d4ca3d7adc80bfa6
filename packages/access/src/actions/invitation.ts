import type { OrgId, UserId } from '@parley/core'
import { type Actor, isAdmin, isGuest, isOperator, isOwner, role, type Role } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import { holdsOfRealm } from '../held.ts'
import { all, any, atom, holds, not, type Predicate } from '../predicate.ts'
import { addressComesIn, type AddressFacts } from './address.ts'

/** An invitation that somebody wants to give. */
export interface NewInvitation {
  /** A link, by which any number of people come in; else one person, by mail. */
  readonly multiuse: boolean
  /** What those who come in by it are. */
  readonly role: Role
  /** Has it a text of its own with which they are welcomed, or that they are not? */
  readonly welcomes: boolean
}

/** An invitation that there is. */
export interface InvitationFacts {
  readonly orgId: OrgId
  readonly inviterId: UserId
  readonly role: Role
}

/** Somebody who comes in. `invitation` null: of their own accord, and then nobody but the server acts. */
export interface Newcomer {
  readonly invitation: NewInvitation | null
  readonly role: Role
  readonly address: AddressFacts
  /** Does the organisation let in only who was invited? */
  readonly inviteRequired: boolean
}

/** People, and no guests (permissions: decorators of invitations). */
export function invitationList(actor: Actor): Decision {
  if (actor.isBot) return deny('people-only')
  return isGuest(actor) ? deny('guests-may-not') : allow()
}

/** Inviting: whom the organisation lets, as nothing above themselves; moderators and above by administrators only. */
export function invitationCreate(
  actor: Actor,
  { multiuse, role: wanted, welcomes }: NewInvitation,
): Decision {
  const asks = invitationList(actor)
  if (!asks.ok) return asks
  if (!holdsOfRealm(actor, multiuse ? 'create_multiuse_invite_group' : 'can_invite_users_group'))
    return deny('not-permitted')
  if ((wanted <= role.moderator || welcomes) && !isAdmin(actor)) return deny('admins-only')
  return allowIf(wanted !== role.owner || isOwner(actor), deny('owners-only'))
}

export type InvitationAtom = 'own' | 'admin' | 'owner' | 'for-owners'

/** One's own; administrators all, those that make owners only where they are owners. */
export const invitationSeen: Predicate<InvitationAtom> = any(
  atom('own'),
  all(atom('admin'), any(atom('owner'), not(atom('for-owners')))),
)

/** Taking one back, or having it sent again. Who has no say over it is told that there is none. */
export function invitationManage(actor: Actor, invitation: InvitationFacts): Decision {
  const asks = invitationList(actor)
  if (!asks.ok) return asks
  const seen = holds(invitationSeen, {
    own: invitation.inviterId === actor.userId,
    admin: isAdmin(actor),
    owner: isOwner(actor),
    'for-owners': invitation.role === role.owner,
  })
  return allowIf(invitation.orgId === actor.orgId && seen, hide('unknown-invitation'))
}

/**
 * Coming in, decided for who invited as they are now: what they may not give any more, nobody gets by it. Without an
 * invitation only as members, and only where none is required.
 */
export function userJoin(actor: Actor, newcomer: Newcomer): Decision {
  const { invitation, role: wanted, address, inviteRequired } = newcomer
  if (invitation === null) {
    if (!isOperator(actor) || inviteRequired || wanted !== role.member) return deny('not-invited')
  } else {
    const may = invitationCreate(actor, invitation)
    if (!may.ok) return may
    if (invitation.role !== wanted) return deny('not-invited')
  }
  return addressComesIn(address)
}
