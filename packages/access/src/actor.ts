import { type GroupId, type OrgId, userId, type UserId } from '@parley/core'
import { defaultRealmGroups, type RealmGroups } from './permission-settings.ts'
import { type Role, role } from './role.ts'
import { systemGroupsOf } from './system-groups.ts'

export * from './role.ts'

/** Who acts, as the database says now; a token only names the user. */
export interface Actor {
  readonly orgId: OrgId
  readonly userId: UserId
  readonly role: Role
  readonly isActive: boolean
  readonly isBot: boolean
  /** The bot that speaks for the server in its organisation. It signs in nowhere: only the server itself acts as it. */
  readonly isSystemBot?: true
  readonly botOwnerId: UserId | null
  readonly generation: number
  /** Every group the account is in, directly or through subgroups, system groups included; none once deactivated. */
  readonly groups: ReadonlySet<GroupId>
  /** What the organisation gives to which group. */
  readonly realmGroups: RealmGroups
}

export const isOwner = (actor: Actor): boolean => actor.role <= role.owner
export const isAdminRole = (accountRole: number): boolean => accountRole <= role.admin
export const isAdmin = (actor: Actor): boolean => isAdminRole(actor.role)
export const isModerator = (actor: Actor): boolean => actor.role <= role.moderator
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
  groups: systemGroupsOf(role.owner),
  realmGroups: defaultRealmGroups,
})
export const isOperator = (actor: Actor): boolean => Number(actor.userId) === 0
