import { firstOwnGroupId, type MentionedGroup, systemGroupId } from '@parley/access'
import { groupId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ id: z.int(), mentionedBy: z.int() })

/** What decides about mentioning groups, by what they are named as in a text; without those that are gone by now. */
export async function readMentionedGroups(tx: Tx, ids: readonly number[]): Promise<MentionedGroup[]> {
  const made = await tx.query(
    Row,
    `SELECT group_id AS id, can_mention_group AS "mentionedBy" FROM auth.v1_named_groups
      WHERE org_id = $1 AND group_id = ANY ($2)`,
    [tx.org, ids],
  )
  const ofRoles = ids.filter((id) => id < firstOwnGroupId)
  return [
    ...ofRoles.map((id) => ({ id, system: true, mentionedBy: systemGroupId['role:nobody'] })),
    ...made.map((row) => ({ ...row, system: false })),
  ].map(({ id, system, mentionedBy }) => ({
    orgId: tx.org,
    groupId: groupId(id),
    system,
    mentionedBy: groupId(mentionedBy),
  }))
}
