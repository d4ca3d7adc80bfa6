import { createHash } from 'node:crypto'
import type { Granted } from '@parley/access'
import type { PreparedAvatar } from '@parley/api'
import type { UserId } from '@parley/core'
import { only, type Tx, sightOfOneSql } from '@parley/db'
import { z } from 'zod'

/** Did the account that acts give itself a picture? */
export async function hasOwnAvatar(tx: Tx, { actor }: Granted<'user:list'>): Promise<boolean> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    'SELECT user_id FROM uploads.v1_avatars WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return rows.length > 0
}

const Row = z.object({ user_id: z.int(), url: z.string().nullable(), medium_url: z.string().nullable() })

/**
 * Where the picture is of an account that the actor sees, by its id or the e-mail that others see; null where there is
 * none such.
 */
export async function findAvatar(
  tx: Tx,
  { actor }: Granted<'user:list'>,
  named: number | string,
  size: 'small' | 'medium',
): Promise<string | null> {
  const [row] = await tx.query(
    Row,
    `SELECT p.user_id, a.url, a.medium_url FROM auth.v1_people p
       LEFT JOIN uploads.v1_avatars a ON a.org_id = p.org_id AND a.user_id = p.user_id
      WHERE p.org_id = $1 AND ${sightOfOneSql(actor, 'p', '$3')}
        AND ${typeof named === 'number' ? 'p.user_id = $2::bigint' : 'p.shown_key = $2::text'}`,
    [actor.orgId, typeof named === 'number' ? named : named.toLowerCase(), actor.userId],
  )
  if (!row) return null
  return (size === 'small' ? row.url : row.medium_url) ?? madeOf(tx.org, row.user_id, size)
}

/** Where the picture is that is made of somebody's id. */
function madeOf(org: number, user: number, size: 'small' | 'medium'): string {
  const seed = createHash('sha256').update(`picture of ${org} ${user}`).digest('hex').slice(0, 32)
  return `/user_avatars/${org}/avatars/of-ids/${size === 'small' ? '' : 'medium/'}${seed}.png`
}

/** Gives a bot a picture that uploads has made and sealed. Before the head. */
export async function keepBotAvatar(
  tx: Tx,
  _: Granted<'bot:create'> | Granted<'bot:manage'>,
  bot: UserId,
  { picture, medium }: PreparedAvatar,
): Promise<void> {
  await tx.execute('SELECT uploads.v1_keep_avatar($1, $2, $3, $4, $5, $6)', [
    tx.org,
    bot,
    picture.path,
    Buffer.from(picture.sealed, 'base64'),
    medium.path,
    Buffer.from(medium.sealed, 'base64'),
  ])
}

/** Takes the bot's row, so that changes of its picture take turns. @returns the number of its next picture */
export async function nextBotAvatar(tx: Tx, { object }: Granted<'bot:manage'>): Promise<number> {
  const row = only(
    await tx.query(
      z.object({ version: z.int() }),
      'SELECT version FROM auth.v1_next_avatar($1, $2) AS version',
      [tx.org, object.userId],
    ),
  )
  return row.version
}
