import type { Granted } from '@parley/access'
import { channelNameKey, DefaultGroupObject } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** All groups of default channels, each with its channels. */
export const readDefaultGroups = (
  tx: Tx,
  _granted: Granted<'default-group:change'> | Granted<'channel:list'> | Granted<'channel:change'>,
): Promise<DefaultGroupObject[]> =>
  tx.query(
    DefaultGroupObject,
    `SELECT group_id AS id, name, description, ARRAY(
       SELECT c.channel_id FROM streams.default_group_channels c
       WHERE c.org_id = g.org_id AND c.group_id = g.group_id ORDER BY c.channel_id) AS streams
     FROM streams.default_groups g WHERE g.org_id = $1 ORDER BY g.group_id`,
    [tx.org],
  )

const Made = z.object({ id: z.int() })

/** Makes an empty group. @returns its id; null where the name is taken in some spelling */
export async function insertDefaultGroup(
  tx: Tx,
  _: Granted<'default-group:change'>,
  { name, description }: { readonly name: string; readonly description: string },
): Promise<number | null> {
  const [made] = await tx.query(
    Made,
    `INSERT INTO streams.default_groups (org_id, name, name_key, description) VALUES ($1, $2, $3, $4)
     ON CONFLICT (org_id, name_key) DO NOTHING RETURNING group_id AS id`,
    [tx.org, name, channelNameKey(name), description],
  )
  return made?.id ?? null
}

/** Changes a group; null leaves as it is. @returns whether it did: another one may have the name in some spelling */
export async function setDefaultGroup(
  tx: Tx,
  _: Granted<'default-group:change'>,
  id: number,
  { name, description }: { readonly name: string | null; readonly description: string | null },
): Promise<boolean> {
  const key = name === null ? null : channelNameKey(name)
  const changed = await tx.execute(
    `UPDATE streams.default_groups g
     SET name = coalesce($3, name), name_key = coalesce($4, name_key), description = coalesce($5, description)
     WHERE org_id = $1 AND group_id = $2 AND NOT EXISTS (
       SELECT FROM streams.default_groups other
       WHERE other.org_id = $1 AND other.name_key = $4 AND other.group_id <> $2)`,
    [tx.org, id, name, key, description],
  )
  return changed > 0
}

export async function deleteDefaultGroup(
  tx: Tx,
  _: Granted<'default-group:change'>,
  id: number,
): Promise<void> {
  await tx.execute('DELETE FROM streams.default_groups WHERE org_id = $1 AND group_id = $2', [tx.org, id])
}

const idsOf = (channels: readonly Granted<'channel:change'>[]): number[] =>
  channels.map(({ object }) => object.channel.channelId)

/** Puts channels into a group. @returns ids of those that were not in it */
export async function addToDefaultGroup(
  tx: Tx,
  _: Granted<'default-group:change'>,
  id: number,
  channels: readonly Granted<'channel:change'>[],
): Promise<number[]> {
  const rows = await tx.query(
    Made,
    `INSERT INTO streams.default_group_channels (org_id, group_id, channel_id)
     SELECT $1, $2, c FROM unnest($3::integer[]) AS c ON CONFLICT DO NOTHING RETURNING channel_id AS id`,
    [tx.org, id, idsOf(channels)],
  )
  return rows.map((row) => row.id)
}

/** Takes channels out of a group. @returns ids of those that were in it */
export async function takeFromDefaultGroup(
  tx: Tx,
  _: Granted<'default-group:change'>,
  id: number,
  channels: readonly Granted<'channel:change'>[],
): Promise<number[]> {
  const rows = await tx.query(
    Made,
    `DELETE FROM streams.default_group_channels
     WHERE org_id = $1 AND group_id = $2 AND channel_id = ANY ($3::integer[]) RETURNING channel_id AS id`,
    [tx.org, id, idsOf(channels)],
  )
  return rows.map((row) => row.id)
}

/** Takes a channel out of all groups. @returns whether it was in any */
export async function leaveDefaultGroups(tx: Tx, { object }: Granted<'channel:change'>): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM streams.default_group_channels WHERE org_id = $1 AND channel_id = $2',
    [tx.org, object.channel.channelId],
  )
  return gone > 0
}
