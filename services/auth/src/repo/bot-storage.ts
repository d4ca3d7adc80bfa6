import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Entry = z.object({ key: z.string(), value: z.string() })
type Entry = z.output<typeof Entry>

/** What the bot keeps, by key: of these keys, or all. */
export const readStorage = (
  tx: Tx,
  { actor }: Granted<'self:store'>,
  keys: readonly string[] | null,
): Promise<Entry[]> =>
  tx.query(
    Entry,
    `SELECT key, value FROM auth.bot_storage
     WHERE org_id = $1 AND user_id = $2 AND ($3::text[] IS NULL OR key = ANY ($3)) ORDER BY key`,
    [tx.org, actor.userId, keys],
  )

/**
 * Keeps the bot as it is until the transaction ends: its writes take turns, and whoever ends it waits for them.
 * @returns whether it is in use still
 */
export const holdBot = async (tx: Tx, { actor }: Granted<'self:store'>): Promise<boolean> =>
  (await tx.execute(
    `SELECT FROM auth.users WHERE org_id = $1 AND user_id = $2 AND is_active AND generation = $3 FOR NO KEY UPDATE`,
    [tx.org, actor.userId, actor.generation],
  )) === 1

/** Keeps entries; those of other keys stay. @returns what the bot keeps then: entries, and their bytes */
export async function writeStorage(
  tx: Tx,
  { actor }: Granted<'self:store'>,
  entries: Readonly<Record<string, string>>,
): Promise<{ readonly entries: number; readonly bytes: number }> {
  await tx.execute(
    `INSERT INTO auth.bot_storage AS s (org_id, user_id, key, value)
     SELECT $1, $2, k, v FROM unnest($3::text[], $4::text[]) AS e (k, v)
     ON CONFLICT (org_id, user_id, key) DO UPDATE SET value = excluded.value`,
    [tx.org, actor.userId, Object.keys(entries), Object.values(entries)],
  )
  const [row] = await tx.query(
    z.object({ entries: z.int(), bytes: z.coerce.number().int() }),
    `SELECT count(*)::int AS entries, coalesce(sum(octet_length(key) + octet_length(value)), 0) AS bytes
     FROM auth.bot_storage WHERE org_id = $1 AND user_id = $2`,
    [tx.org, actor.userId],
  )
  return row ?? { entries: 0, bytes: 0 }
}

/** Forgets the entries of these keys, or all. @returns how many there were */
export const removeStorage = (
  tx: Tx,
  { actor }: Granted<'self:store'>,
  keys: readonly string[] | null,
): Promise<number> =>
  tx.execute(
    'DELETE FROM auth.bot_storage WHERE org_id = $1 AND user_id = $2 AND ($3::text[] IS NULL OR key = ANY ($3))',
    [tx.org, actor.userId, keys],
  )
