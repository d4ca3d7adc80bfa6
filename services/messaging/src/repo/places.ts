import type { Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({
  id: z.int(),
  name: z.string(),
  private: z.boolean(),
  webPublic: z.boolean(),
  protected: z.boolean(),
  /** Does any guest read it, or may all of them? */
  guests: z.boolean(),
})
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
      `SELECT c.channel_id AS id, c.name, c.invite_only AS private, c.is_web_public AS "webPublic",
          c.invite_only AND NOT c.history_public_to_subscribers AS protected,
          c.is_web_public OR EXISTS (SELECT FROM streams.v1_subscriptions s
            JOIN auth.v1_actors a ON a.org_id = s.org_id AND a.user_id = s.user_id
            WHERE s.org_id = $1 AND s.channel_id = $2 AND a.role >= 600) AS guests
        FROM streams.v1_channels c WHERE c.org_id = $1 AND c.channel_id = $2`,
      [tx.org, id],
    ),
  )
