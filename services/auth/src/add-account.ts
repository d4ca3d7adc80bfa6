import { type Granted, isOperator, systemGroupId } from '@parley/access'
import { badRequest, userId } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { accountCreated, groupMembersAdded, make, type NewEvent, userCreated } from '@parley/events'
import { type AuthContext, now } from './context.ts'
import { avatarUrl, wireTime } from './present/person.ts'
import { type AccountRow, insertPassword, insertUser } from './repo/users.ts'

export interface NewAccount {
  readonly email: string
  readonly fullName: string
  /** The password's hash; null for an account that signs in otherwise. */
  readonly hash: string | null
  readonly canCreateUsers?: boolean
}

/** The system group that names accounts of each role directly. */
const groupOf: Readonly<Record<number, number>> = {
  100: systemGroupId['role:owners'],
  200: systemGroupId['role:administrators'],
  300: systemGroupId['role:moderators'],
  400: systemGroupId['role:fullmembers'],
  600: systemGroupId['role:everyone'],
}

/**
 * Adds an account with its password.
 * @returns its row, and the events that the caller appends last
 * @throws AppError BAD_REQUEST where somebody has the address already
 */
export async function addAccount(
  ctx: AuthContext,
  tx: OrmTx,
  granted: Granted<'user:create'>,
  { email, fullName, hash, canCreateUsers = false }: NewAccount,
): Promise<{ row: AccountRow; events: NewEvent[] }> {
  const joined = now(ctx.clock)
  const row = await insertUser(tx, granted, { email, fullName, canCreateUsers, joined })
  if (!row) throw badRequest(`Email '${email}' already in use`)
  if (hash) await insertPassword(tx, granted, userId(row.userId), { hash, changedAt: joined })
  const by = isOperator(granted.actor) ? null : granted.actor.userId
  return {
    row,
    events: [
      make(userCreated, created(row)),
      make(groupMembersAdded, { group_id: groupOf[row.role] ?? 0, user_ids: [row.userId] }),
      make(accountCreated, { user_id: row.userId, role: row.role, by }),
    ],
  }
}

const created = (row: AccountRow) => ({
  user_id: row.userId,
  email: row.email,
  delivery_email: row.deliveryEmail,
  email_address_visibility: row.emailAddressVisibility,
  full_name: row.fullName,
  role: row.role,
  is_bot: row.isBot,
  bot_type: row.botType,
  bot_owner_id: row.botOwnerId,
  timezone: row.timezone,
  date_joined: wireTime(row.dateJoined),
  avatar_url: avatarUrl(row.userId, row.avatarVersion),
  avatar_version: row.avatarVersion,
  generation: row.generation,
})
