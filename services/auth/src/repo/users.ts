import type { Granted } from '@parley/access'
import type { UserId } from '@parley/core'
import { lastly, type OrmTx } from '@parley/db'
import { z } from 'zod'

/** An account as it is kept, without what only signing in needs. */
export interface AccountRow {
  readonly userId: number
  readonly email: string
  readonly deliveryEmail: string
  readonly emailAddressVisibility: number
  readonly fullName: string
  readonly role: number
  readonly isActive: boolean
  readonly isBot: boolean
  readonly botType: number | null
  readonly botOwnerId: number | null
  readonly dateJoined: Date
  readonly timezone: string
  readonly avatarVersion: number
  readonly generation: number
}

/** The same with what the log says of a member who is no full one yet: until when; null for everybody else. */
export interface ListedRow extends AccountRow {
  readonly waitingUntil: Date | null
}

const Listed = z.object({
  userId: z.int(),
  email: z.string(),
  deliveryEmail: z.string(),
  emailAddressVisibility: z.int(),
  fullName: z.string(),
  role: z.int(),
  isActive: z.boolean(),
  isBot: z.boolean(),
  botType: z.int().nullable(),
  botOwnerId: z.int().nullable(),
  dateJoined: z.date(),
  timezone: z.string(),
  avatarVersion: z.int(),
  generation: z.int(),
  waitingUntil: z.date().nullable(),
}) satisfies z.ZodType<ListedRow>

const within: typeof lastly = (tx, row, sql, params) => tx.query(row, sql, params)

/** Ids beyond the column's type are nobody's, and would be an error to ask for. */
const isId = (id: number): boolean => id <= 2_147_483_647 && id >= 0

/**
 * Everybody in the organisation by id, or those of `ids` that are in it.
 * @param last the transaction ends with it, so that it does not wait for what is made of thousands of rows
 */
export function listUsers(
  tx: OrmTx,
  granted: Granted<'user:list'>,
  ids: readonly number[] | null = null,
  { last = false } = {},
): Promise<ListedRow[]> {
  // Thousands of rows at a time: Prisma takes twice as long for them.
  const read = last ? lastly : within
  return read(
    tx,
    Listed,
    `SELECT user_id AS "userId", email, delivery_email AS "deliveryEmail",
        email_address_visibility AS "emailAddressVisibility", full_name AS "fullName", role, is_active AS "isActive",
        is_bot AS "isBot", bot_type AS "botType", bot_owner_id AS "botOwnerId", date_joined AS "dateJoined", timezone,
        avatar_version AS "avatarVersion", generation, waiting_until AS "waitingUntil"
      FROM auth.users WHERE org_id = $1 AND ($2::integer[] IS NULL OR user_id = ANY ($2)) ORDER BY user_id`,
    [granted.actor.orgId, ids && ids.filter(isId)],
  )
}

/** The account that the proof is about. @throws Error where its row is gone, which no account's ever is */
export async function readUser(tx: OrmTx, granted: Granted<'user:see'>): Promise<AccountRow> {
  const { orgId, userId } = granted.object
  return tx.orm.user.findUniqueOrThrow({ where: { orgId_userId: { orgId, userId } } })
}

/** Everybody in the organisation by id, as far as groups of roles name them. */
export function listRoles(
  tx: OrmTx,
  granted: Granted<'group:read'>,
): Promise<Pick<ListedRow, 'userId' | 'role' | 'isActive' | 'waitingUntil'>[]> {
  return tx.orm.user.findMany({
    where: { orgId: granted.actor.orgId, isActive: true },
    select: { userId: true, role: true, isActive: true, waitingUntil: true },
    orderBy: { userId: 'asc' },
  })
}

export interface NewUser {
  readonly email: string
  readonly fullName: string
  /** May it create accounts by API, given its role does not forbid it? The operator gives this. */
  readonly canCreateUsers: boolean
  readonly joined: Date
}

/** Adds an account of the granted role. @returns its row, or null where somebody has the address already */
export async function insertUser(
  tx: OrmTx,
  granted: Granted<'user:create'> | Granted<'user:join'>,
  { joined, email, fullName, canCreateUsers }: NewUser,
): Promise<ListedRow | null> {
  const [row] = await tx.orm.user.createManyAndReturn({
    data: {
      orgId: granted.actor.orgId,
      email,
      deliveryEmail: email,
      fullName,
      role: granted.object.role,
      canCreateUsers,
      dateJoined: joined,
    },
    skipDuplicates: true,
  })
  return row ?? null
}

/** Takes an account out of use and every credential it has with it. @returns its new generation */
export async function deactivate(
  tx: OrmTx,
  granted: Granted<'user:deactivate'> | Granted<'user:leave'>,
  at: Date,
): Promise<number> {
  const { orgId, userId } = granted.object
  const { generation } = await tx.orm.user.update({
    where: { orgId_userId: { orgId, userId } },
    data: { isActive: false, generation: { increment: 1 } },
  })
  const open = { orgId, userId, endedAt: null }
  await tx.orm.apiKey.updateMany({ where: open, data: { endedAt: at } })
  await tx.orm.session.updateMany({ where: open, data: { endedAt: at } })
  await tx.execute(
    'UPDATE auth.email_changes SET ended_at = $3 WHERE org_id = $1 AND user_id = $2 AND ended_at IS NULL',
    [orgId, userId, at],
  )
  return generation
}

/** Where an account stands from now on. */
export interface Standing {
  readonly vantage: number
  /** Is it a member who is no full one yet? */
  readonly waits: boolean
}

/** Takes an account into use again; no credential comes back with it. */
export async function reactivate(tx: OrmTx, granted: Granted<'user:reactivate'>): Promise<Standing> {
  const { orgId, userId } = granted.object
  const { vantage, waitingUntil } = await tx.orm.user.update({
    where: { orgId_userId: { orgId, userId } },
    data: { isActive: true, vantage: { increment: 1 } },
  })
  return { vantage, waits: waitingUntil !== null }
}

/** Names an account. @returns whether that is another name than before */
export async function renameUser(
  tx: OrmTx,
  granted: Granted<'user:rename'> | Granted<'bot:manage'>,
  fullName: string,
): Promise<boolean> {
  const { orgId, userId } = granted.object
  const where = { orgId, userId, NOT: { fullName } }
  return (await tx.orm.user.updateMany({ where, data: { fullName } })).count === 1
}

/** Names the account that acts. @returns whether that is another name than before */
export async function renameOwn(tx: OrmTx, granted: Granted<'self:set'>, fullName: string): Promise<boolean> {
  const { orgId, userId } = granted.actor
  const where = { orgId, userId, NOT: { fullName } }
  return (await tx.orm.user.updateMany({ where, data: { fullName } })).count === 1
}

/** Says in which time zone the account that acts is. @returns the address that all are shown; null where it is there already */
export async function setOwnTimeZone(
  tx: OrmTx,
  granted: Granted<'self:set'>,
  timezone: string,
): Promise<string | null> {
  const { orgId, userId } = granted.actor
  const where = { orgId, userId, NOT: { timezone } }
  const [row] = await tx.orm.user.updateManyAndReturn({ where, data: { timezone }, select: { email: true } })
  return row?.email ?? null
}

/** Gives an account the role of the proof. */
export async function setRole(
  tx: OrmTx,
  granted: Granted<'user:set-role'> | Granted<'bot:set-role'>,
): Promise<Standing & { readonly waited: boolean }> {
  const { target, role } = granted.object
  const where = { orgId_userId: { orgId: target.orgId, userId: target.userId } }
  const was = await tx.orm.user.findUniqueOrThrow({ where, select: { waitingUntil: true } })
  const { vantage, waitingUntil } = await tx.orm.user.update({
    where,
    data: { role, vantage: { increment: 1 } },
  })
  return { vantage, waits: waitingUntil !== null, waited: was.waitingUntil !== null }
}

/**
 * Keeps the account as it is until the transaction ends: whoever ends its credentials waits, and then sees those that
 * were made meanwhile.
 */
export async function holdAccount(tx: OrmTx, user: UserId): Promise<void> {
  await tx.execute('SELECT FROM auth.users WHERE org_id = $1 AND user_id = $2 FOR SHARE', [tx.org, user])
}

/** Makes everything remembered of the account's credentials useless. @returns its new generation */
export async function raiseGeneration(
  tx: OrmTx,
  granted: Granted<'self:use'> | Granted<'self:set'>,
): Promise<number> {
  const { orgId, userId } = granted.actor
  const { generation } = await tx.orm.user.update({
    where: { orgId_userId: { orgId, userId } },
    data: { generation: { increment: 1 } },
  })
  return generation
}

/** Gives a new account its password. */
export async function insertPassword(
  tx: OrmTx,
  granted: Granted<'user:create'> | Granted<'user:join'>,
  user: UserId,
  password: { readonly hash: string; readonly changedAt: Date },
): Promise<void> {
  await tx.orm.password.create({ data: { orgId: granted.actor.orgId, userId: user, ...password } })
}
