import { type Granted, isOperator, type Role } from '@parley/access'
import { avatarUrl } from '@parley/api'
import { badRequest, userId } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { accountCreated, make, type NewEvent, userCreated } from '@parley/events'
import { type AuthContext, now } from './context.ts'
import { wireTime } from './present/person.ts'
import { setEmailVisibility } from './repo/email-visibility.ts'
import { beginSettings, readSettingsDefaults } from './repo/user-settings.ts'
import { type AccountRow, type ListedRow, insertPassword, insertUser } from './repo/users.ts'
import { joinsRoleGroup } from './rules/role-group.ts'

export interface NewAccount {
  readonly email: string
  readonly fullName: string
  /** The password's hash; null for an account that signs in otherwise. */
  readonly hash: string | null
  readonly canCreateUsers?: boolean
}

/**
 * Adds an account with its password.
 * @returns its row, and the events that the caller appends last
 * @throws AppError BAD_REQUEST where somebody has the address already
 */
export async function addAccount(
  ctx: AuthContext,
  tx: OrmTx,
  granted: Granted<'user:create'> | Granted<'user:join'>,
  { email, fullName, hash, canCreateUsers = false }: NewAccount,
): Promise<{ row: AccountRow; events: NewEvent[] }> {
  const joined = now(ctx.clock)
  const inserted = await insertUser(tx, granted, { email, fullName, canCreateUsers, joined })
  if (!inserted) throw badRequest(`Email '${email}' already in use`)
  if (hash) await insertPassword(tx, granted, userId(inserted.userId), { hash, changedAt: joined })
  await beginSettings(tx, granted, userId(inserted.userId))
  const row = await hidden(tx, granted, inserted)
  const by = isOperator(granted.actor) ? null : granted.actor.userId
  return { row, events: accountEvents(row, granted.object.role, by) }
}

/** A new account as those see its address whom the organisation begins with. */
async function hidden(
  tx: OrmTx,
  granted: Granted<'user:create'> | Granted<'user:join'>,
  row: ListedRow,
): Promise<ListedRow> {
  const emailAddressVisibility = Number((await readSettingsDefaults(tx))['email_address_visibility'])
  const shown = await setEmailVisibility(tx, granted, row.userId, emailAddressVisibility)
  return shown ? { ...row, emailAddressVisibility, email: shown.email } : row
}

/** What the log says of a new account. @param by who made it; null for the operator */
export const accountEvents = (row: ListedRow, role: Role, by: number | null): NewEvent[] => [
  make(userCreated, created(row)),
  joinsRoleGroup(row.userId, role, row.waitingUntil !== null),
  make(accountCreated, { user_id: row.userId, role, by }),
]

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
