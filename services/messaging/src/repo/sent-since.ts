import type { Tx } from '@parley/db'
import { z } from 'zod'

/** Ids rise with time, but for how far the clocks of the processes that send are apart: less than this. */
const clocksApart = "interval '1 minute'"

/** The first id at which a message may be of that time or later. It says nothing of who may read what is there. */
export async function reachedBy(tx: Tx, since: Date): Promise<number> {
  const [reached] = await tx.query(
    z.object({ id: z.int() }),
    // Halves what is left of the ids at each step: there is no index of times that sends would have to keep.
    `WITH RECURSIVE halves (lo, hi) AS (
       SELECT min(message_id), max(message_id) + 1 FROM messaging.messages WHERE org_id = $1
       UNION ALL
       SELECT CASE WHEN m.early THEN m.message_id + 1 ELSE h.lo END,
           CASE WHEN m.early THEN h.hi ELSE (h.lo + h.hi) / 2 END
         FROM halves h CROSS JOIN LATERAL (
           SELECT m.message_id, m.sent_at < $2::timestamptz - ${clocksApart} AS early FROM messaging.messages m
             WHERE m.org_id = $1 AND m.message_id >= (h.lo + h.hi) / 2 ORDER BY m.message_id LIMIT 1) AS m
         WHERE h.lo < h.hi)
     SELECT coalesce(max(lo), 0) AS id FROM halves`,
    [tx.org, since],
  )
  return reached?.id ?? 0
}
