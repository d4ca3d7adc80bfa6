import type { Granted } from '@parley/access'
import { type Draft, KeptDraft } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

/** A draft with the time it was edited at. */
export type TimedDraft = Required<Draft>

type Self = Granted<'self:use'> | Granted<'message:list'>

const columns = `draft_id AS id, type, "to", topic, content, extract(epoch FROM edited_at)::bigint AS timestamp`

/** The actor's drafts, the one edited last at the end. */
export const readDrafts = (
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'message:list'>,
): Promise<KeptDraft[]> =>
  tx.query(
    KeptDraft,
    `SELECT ${columns} FROM messaging.drafts WHERE org_id = $1 AND user_id = $2 ORDER BY edited_at, draft_id`,
    [tx.org, actor.userId],
  )

/** Keeps a draft of the actor's. */
export async function insertDraft(
  tx: Tx,
  granted: Granted<'self:use'>,
  draft: TimedDraft,
): Promise<KeptDraft> {
  return only(
    await tx.query(
      KeptDraft,
      `INSERT INTO messaging.drafts (org_id, user_id, type, "to", topic, content, edited_at)
      VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7)) RETURNING ${columns}`,
      valuesOf(tx, granted, draft),
    ),
  )
}

/** Puts another in the place of a draft of the actor's; null where there is none of that id. */
export async function replaceDraft(
  tx: Tx,
  granted: Granted<'self:use'>,
  id: number,
  draft: TimedDraft,
): Promise<KeptDraft | null> {
  const [kept] = await tx.query(
    KeptDraft,
    `UPDATE messaging.drafts SET type = $3, "to" = $4, topic = $5, content = $6, edited_at = to_timestamp($7)
      WHERE org_id = $1 AND user_id = $2 AND draft_id = $8 RETURNING ${columns}`,
    [...valuesOf(tx, granted, draft), Math.min(id, 2_147_483_647)],
  )
  return kept ?? null
}

/** Throws a draft of the actor's away. @returns false where there is none of that id */
export async function removeDraft(tx: Tx, { actor }: Granted<'self:use'>, id: number): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM messaging.drafts WHERE org_id = $1 AND user_id = $2 AND draft_id = $3',
    [tx.org, actor.userId, Math.min(id, 2_147_483_647)],
  )
  return gone === 1
}

/** How many drafts the actor has. */
export async function countDrafts(tx: Tx, { actor }: Granted<'self:use'>): Promise<number> {
  const [row] = await tx.query(
    z.object({ count: z.int() }),
    'SELECT count(*)::integer AS count FROM messaging.drafts WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return row?.count ?? 0
}

const valuesOf = (tx: Tx, { actor }: Self, draft: TimedDraft): unknown[] => [
  tx.org,
  actor.userId,
  draft.type,
  draft.to,
  draft.topic,
  draft.content,
  draft.timestamp,
]
