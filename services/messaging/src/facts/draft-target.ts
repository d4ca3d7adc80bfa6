import { type Actor, decide } from '@parley/access'
import type { Draft } from '@parley/api'
import { badRequest } from '@parley/core'
import { sightSql, type Tx } from '@parley/db'
import { z } from 'zod'
import { readChannelFacts } from './channel-facts.ts'

/**
 * Holds whom a draft is for against what its writer may know.
 * @throws AppError BAD_REQUEST, in the words of Zulip's API
 */
export async function checkDraftTarget(tx: Tx, actor: Actor, { type, to }: Draft): Promise<void> {
  if (type === '') {
    if (to.length > 0) throw badRequest('Invalid recipients')
    return
  }
  if (type === 'private') {
    const known = await tx.query(
      z.object({ id: z.int() }),
      `SELECT p.user_id AS id FROM auth.v1_people p
        WHERE p.org_id = $1 AND p.user_id = ANY ($2) AND ${sightSql(actor, 'p', '$3')}`,
      [tx.org, to, actor.userId],
    )
    if (known.length < new Set(to).size) throw badRequest('Invalid user ID')
    return
  }
  const [channel, ...others] = to
  if (channel === undefined || others.length > 0)
    throw badRequest('Must specify exactly 1 channel ID for channel messages')
  const facts = await readChannelFacts(tx, actor, channel)
  if (!facts || !decide('channel:read', actor, facts).ok) throw badRequest('Invalid channel ID')
}
