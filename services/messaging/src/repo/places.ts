import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ id: z.int(), name: z.string(), private: z.boolean() })
/** A channel as notices name it. */
export type NamedChannel = z.output<typeof Row>

/** The channel that the message is in before it moves. */
export async function readOldChannel(
  tx: Tx,
  { object }: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
): Promise<NamedChannel> {
  return readOne(tx, object.message.channel?.channelId ?? 0)
}

/** The channel that it goes to. */
export async function readNewChannel(
  tx: Tx,
  { object }: Granted<'message:move-channel'>,
): Promise<NamedChannel> {
  return readOne(tx, object.target.channelId)
}

const readOne = async (tx: Tx, id: number): Promise<NamedChannel> =>
  only(
    await tx.query(
      Row,
      `SELECT channel_id AS id, name, invite_only AS private FROM streams.v1_channels
        WHERE org_id = $1 AND channel_id = $2`,
      [tx.org, id],
    ),
  )
