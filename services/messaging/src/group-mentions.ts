import { authorize, type Granted } from '@parley/access'
import { badRequest, type Rights } from '@parley/core'
import { readRights, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import type { Sources } from './sources.ts'
import { readMentionedGroups } from './facts/mentioned-groups.ts'
import type { Target } from './facts/target.ts'
import { readGroupMembers } from './repo/group-members.ts'

/** The most groups that one message may mention. */
export const mostGroups = 20
/** The most whom mentions of groups mark one by one; more are kept with the message, as those of its topic are. */
export const fewMembers = 100

/** Whom the groups of a text mention. */
export interface GroupMentions {
  /** Each as if named alone. */
  readonly each: readonly number[]
  /** Too many for that. */
  readonly many: readonly number[]
}
const nobody: GroupMentions = { each: [], many: [] }

/**
 * Whom these groups mention with who has the message. What the server itself says mentions only whom it may.
 * @throws AppError BAD_REQUEST for more groups than a message may mention, and for one that the actor may not
 */
export async function mentionGroups(
  tx: Tx,
  granted: Granted<'message:send'> | Granted<'message:edit'>,
  ids: readonly number[],
): Promise<GroupMentions> {
  if (ids.length === 0) return nobody
  if (ids.length > mostGroups) throw badRequest(`You may mention at most ${mostGroups} groups in a message.`)
  const { actor, rights } = granted
  const may: Granted<'group:mention'>[] = []
  for (const group of await readMentionedGroups(tx, ids)) {
    const verdict = authorize('group:mention', actor, group, rights)
    if (verdict.ok) may.push(verdict.granted)
    else if (!actor.isSystemBot) throw badRequest('You are not allowed to mention this user group.')
  }
  const people = await readGroupMembers(tx, granted, may)
  return people.length <= fewMembers ? { each: people, many: [] } : { each: [], many: people }
}

/** Both, each once. */
export const allOf = (some: readonly number[], others: readonly number[]): readonly number[] =>
  others.length === 0 ? some : [...new Set([...some, ...others])]

/** The rights and the digest of facts that a send stands on, and whom its groups mention under these. */
interface Mentioning extends GroupMentions {
  readonly stands: { readonly hash: string; readonly rights: Rights }
}

/** The digest of no facts: such a send is decided again whenever any rights have changed, for groups are not among the facts. */
const rightsAlone = ''

/**
 * The same for a message to be sent, which is decided on what memory holds: groups are read with the organisation's
 * rights, and the send stands on these.
 * @throws AppError as above; StaleRights where the decision is older than the groups and may be another by now
 */
export async function mentionInSend(
  on: Pick<Sources, 'facts' | 'database'>,
  granted: Granted<'message:send'>,
  { ask, found }: Target,
  ids: readonly number[],
): Promise<Mentioning> {
  if (ids.length === 0) return { ...nobody, stands: found }
  const { orgId } = granted.actor
  return on.database.read(orgId, async (tx) => {
    // Before the groups: what is changed in between shows as other rights where the message is written.
    const rights = await readRights(tx)
    if (rights !== found.rights) {
      const now = await on.facts.get(orgId, ask, { fresh: true })
      if (now.hash !== found.hash || now.rights !== rights) throw new StaleRights()
    }
    return { ...(await mentionGroups(tx, granted, ids)), stands: { rights, hash: rightsAlone } }
  })
}
