import { type Actor, type BotAtom, type Granted, isAdmin, listRules, role } from '@parley/access'
import { type Secret, sha256, type UserId } from '@parley/core'
import { only, type OrmTx, predicateSql, type Tx } from '@parley/db'
import { z } from 'zod'
import type { ListedRow } from './users.ts'

export interface NewBot {
  readonly email: string
  readonly fullName: string
  readonly joined: Date
}

/** Adds a bot of who acts, a member. @returns its row, or null where somebody has the address already */
export async function insertBot(
  tx: OrmTx,
  { actor, object }: Granted<'bot:create'>,
  { email, fullName, joined }: NewBot,
): Promise<ListedRow | null> {
  const [row] = await tx.orm.user.createManyAndReturn({
    data: {
      orgId: actor.orgId,
      email,
      deliveryEmail: email,
      fullName,
      role: role.member,
      isBot: true,
      botType: object.type,
      botOwnerId: actor.userId,
      dateJoined: joined,
    },
    skipDuplicates: true,
  })
  return row ?? null
}

/** Keeps the hash of a bot's new API key. @returns the key's number */
export async function insertBotKey(
  tx: OrmTx,
  granted: Granted<'bot:create'> | Granted<'bot:manage'>,
  { bot, key, createdAt }: { readonly bot: UserId; readonly key: Secret; readonly createdAt: Date },
): Promise<number> {
  const { keyId } = await tx.orm.apiKey.create({
    data: {
      orgId: granted.actor.orgId,
      userId: bot,
      sha256: Uint8Array.from(sha256(key.expose())),
      createdAt,
    },
  })
  return Number(keyId)
}

/** Ends every key of a bot. @returns its new generation */
export async function endBotKeys(
  tx: OrmTx,
  { object: { orgId, userId } }: Granted<'bot:manage'>,
  endedAt: Date,
): Promise<number> {
  const { generation } = await tx.orm.user.update({
    where: { orgId_userId: { orgId, userId } },
    data: { generation: { increment: 1 } },
  })
  await tx.orm.apiKey.updateMany({ where: { orgId, userId, endedAt: null }, data: { endedAt } })
  return generation
}

/** Makes somebody else a bot's owner. */
export async function giveBot(tx: Tx, { object }: Granted<'bot:give'>, to: UserId): Promise<void> {
  await tx.execute('UPDATE auth.users SET bot_owner_id = $3 WHERE org_id = $1 AND user_id = $2', [
    tx.org,
    object.target.userId,
    to,
  ])
}

const Later = z.object({ id: z.int(), reminder: z.boolean() })

/** Ends what the bot was to send later, and reminders: whoever wrote them speaks for it no more. Before the head. */
export const endLater = (tx: Tx, { object }: Granted<'bot:give'>): Promise<z.output<typeof Later>[]> =>
  tx.query(
    Later,
    'SELECT scheduled_id AS id, reminder FROM messaging.v1_end_scheduled($1, $2) ORDER BY scheduled_id',
    [tx.org, object.target.userId],
  )

/** Bots as somebody sees them who has the say over them: no credential is in a row. */
const Bot = z.object({
  user_id: z.int(),
  email: z.string(),
  full_name: z.string(),
  bot_type: z.int(),
  bot_owner_id: z.int(),
  is_active: z.boolean(),
  avatar_version: z.int(),
})
export type BotRow = z.output<typeof Bot>

const columns = `u.user_id, u.email, u.full_name, u.bot_type, u.bot_owner_id, u.is_active, u.avatar_version`

const managed = (actor: Actor): string =>
  predicateSql<BotAtom>(listRules['bot:manage'], {
    admin: String(isAdmin(actor)),
    own: 'u.bot_owner_id = $2',
  })

/** Every bot of people that the actor has the say over, by id. */
export const listBots = (tx: Tx, { actor }: Granted<'user:list'> | Granted<'bot:list'>): Promise<BotRow[]> =>
  tx.query(
    Bot,
    `SELECT ${columns} FROM auth.users u
     WHERE u.org_id = $1 AND u.is_bot AND u.bot_owner_id IS NOT NULL AND $2::integer IS NOT NULL AND ${managed(actor)}
     ORDER BY u.user_id`,
    [tx.org, actor.userId],
  )

/** The bot that the proof is about, as it is now. */
export const readBot = async (
  tx: Tx,
  { object }: Granted<'bot:manage'> | Granted<'user:reactivate'>,
): Promise<BotRow> =>
  only(
    await tx.query(Bot, `SELECT ${columns} FROM auth.users u WHERE u.org_id = $1 AND u.user_id = $2`, [
      tx.org,
      object.userId,
    ]),
  )

/** The address of a bot's owner, as everybody sees it. */
export const readOwnerAddress = async (tx: Tx, { object }: Granted<'bot:manage'>): Promise<string> => {
  const row = only(
    await tx.query(
      z.object({ email: z.string() }),
      `SELECT o.email FROM auth.users u JOIN auth.users o ON o.org_id = u.org_id AND o.user_id = u.bot_owner_id
       WHERE u.org_id = $1 AND u.user_id = $2`,
      [tx.org, object.userId],
    ),
  )
  return row.email
}

const Ended = z.object({ user_id: z.int(), generation: z.int() })

/** Takes those of the organisation's bots for which `which` holds out of use and ends their keys: rows in order, so that no two writers wait for each other. */
const endBots = (which: string): string => `WITH held AS MATERIALIZED (
    SELECT user_id FROM auth.users u WHERE u.org_id = $1 AND u.is_bot AND u.is_active AND ${which}
    ORDER BY user_id FOR NO KEY UPDATE
  ), ended AS (
    UPDATE auth.users u SET is_active = false, generation = u.generation + 1 FROM held h
    WHERE u.org_id = $1 AND u.user_id = h.user_id RETURNING u.user_id, u.generation
  ), keys AS (
    UPDATE auth.api_keys k SET ended_at = $3 FROM held h
    WHERE k.org_id = $1 AND k.user_id = h.user_id AND k.ended_at IS NULL
  )
  SELECT user_id, generation FROM ended ORDER BY user_id`

/** Takes a bot out of use and every key it has with it. @returns it with its new generation; nothing where it is so */
export const deactivateBot = (
  tx: Tx,
  { object }: Granted<'bot:end'>,
  at: Date,
): Promise<z.output<typeof Ended>[]> =>
  tx.query(Ended, endBots('u.user_id = $2'), [tx.org, object.userId, at])

/** The same for all bots of somebody who is taken out of use. */
export const deactivateBotsOf = (
  tx: Tx,
  { object }: Granted<'user:deactivate'> | Granted<'user:leave'>,
  at: Date,
): Promise<z.output<typeof Ended>[]> =>
  tx.query(Ended, endBots('u.bot_owner_id = $2'), [tx.org, object.userId, at])

const Lowered = z.object({
  user_id: z.int(),
  was: z.literal(Object.values(role)),
  waited: z.boolean(),
  vantage: z.int(),
  waits: z.boolean(),
})

/** Gives the bots in use of somebody who gets another role that role where they stand above it. */
export const lowerBotsOf = (
  tx: Tx,
  { object: { target, role: to } }: Granted<'user:set-role'>,
): Promise<z.output<typeof Lowered>[]> =>
  tx.query(
    Lowered,
    `WITH held AS MATERIALIZED (
       SELECT user_id, role, waiting_until IS NOT NULL AS waited FROM auth.users
       WHERE org_id = $1 AND is_bot AND is_active AND bot_owner_id = $2 AND role < $3
       ORDER BY user_id FOR NO KEY UPDATE)
     UPDATE auth.users u SET role = $3, vantage = u.vantage + 1 FROM held h
     WHERE u.org_id = $1 AND u.user_id = h.user_id
     RETURNING u.user_id, h.role AS was, h.waited, u.vantage, u.waiting_until IS NOT NULL AS waits`,
    [tx.org, target.userId, to],
  )
