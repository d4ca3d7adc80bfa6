import { type OrgId, userId, type UserId } from '@parley/core'

/** Zulip role numbers: lower is stronger. */
export const role = { owner: 100, admin: 200, moderator: 300, member: 400, guest: 600 } as const
export type Role = (typeof role)[keyof typeof role]

/** Who acts, as the database says now; a token only names the user. */
export interface Actor {
  readonly orgId: OrgId
  readonly userId: UserId
  readonly role: Role
  readonly isActive: boolean
  readonly isBot: boolean
  readonly botOwnerId: UserId | null
  readonly generation: number
}

export const isOwner = (actor: Actor): boolean => actor.role <= role.owner
export const isAdmin = (actor: Actor): boolean => actor.role <= role.admin
export const isGuestRole = (accountRole: number): boolean => accountRole >= role.guest
export const isGuest = (actor: Actor): boolean => isGuestRole(actor.role)

/**
 * The server's operator, for the calls whose caller list names only the operator's command: may what an owner may, and is
 * nobody's account.
 */
export const operator = (org: OrgId): Actor => ({
  orgId: org,
  userId: userId(0),
  role: role.owner,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 0,
})
export const isOperator = (actor: Actor): boolean => Number(actor.userId) === 0
