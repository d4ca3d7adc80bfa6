import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Member = z.object({ id: z.int() })

/**
 * Who is in these groups, directly or through others, and has the message: of a new one those whom the next comes to, of
 * a changed one those whom it came to. Ascending, each once.
 */
export async function readGroupMembers(
  tx: Tx,
  { object }: Granted<'message:send'> | Granted<'message:edit'>,
  groups: readonly Granted<'group:mention'>[],
): Promise<number[]> {
  if (groups.length === 0) return []
  const ids = groups.map((group) => group.object.groupId)
  const members = 'SELECT g.user_id AS id FROM auth.v1_members_of($1, $2) AS g'
  const rows = await ('message' in object
    ? tx.query(
        Member,
        `${members} JOIN messaging.messages m ON m.org_id = $1 AND m.message_id = $3
          JOIN messaging.received r ON r.org_id = $1 AND r.user_id = g.user_id AND r.recipient_id = m.recipient_id
          WHERE r.ranges @> m.message_id ORDER BY g.user_id`,
        [tx.org, ids, object.message.messageId],
      )
    : object.kind === 'channel'
      ? tx.query(
          Member,
          `${members} JOIN messaging.received r
            ON r.org_id = $1 AND r.user_id = g.user_id AND r.recipient_id = $3
            WHERE upper_inf(r.ranges) ORDER BY g.user_id`,
          [tx.org, ids, object.channel.recipientId],
        )
      : tx.query(Member, `${members} WHERE g.user_id = ANY ($3) ORDER BY g.user_id`, [
          tx.org,
          ids,
          object.direct.participants.map(({ userId }) => userId),
        ]))
  return rows.map(({ id }) => id)
}
