import type { Tx } from '@parley/db'
import { z } from 'zod'

/** The channel that the organisation's reports of messages go to; null where it has none. */
export async function moderationChannel(tx: Tx): Promise<number | null> {
  const [row] = await tx.query(
    z.object({ channel: z.int() }),
    `SELECT c.channel_id AS channel FROM auth.v1_settings s
       JOIN streams.v1_channels c ON c.org_id = s.org_id
         AND c.channel_id = (s.settings ->> 'moderation_request_channel_id')::integer
      WHERE s.org_id = $1 AND c.invite_only AND NOT c.archived`,
    [tx.org],
  )
  return row?.channel ?? null
}
