import { type Actor, authorize, decide, type Granted } from '@parley/access'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { channelFacts } from './facts/channels.ts'
import { groupFacts, noGroup } from './facts/group.ts'
import { groupRefusal, invalidGroup } from './present/refusal.ts'

/** What an invitation leads into. */
interface Targets {
  readonly channels: readonly number[]
  readonly groups: readonly number[]
}

const adding = async (tx: Tx, id: number) =>
  ({ group: (await groupFacts(tx, id)) ?? noGroup, adds: 'others', removes: 'nobody' }) as const

/**
 * May who invites bring others into all of these?
 * @throws AppError BAD_REQUEST, for a channel or group that they may not know of as for one that there is not
 */
export async function checkTargets(tx: Tx, actor: Actor, { channels, groups }: Targets): Promise<void> {
  const known = await channelFacts(tx, actor, channels)
  for (const id of channels) {
    const facts = known.get(id)
    const may = facts && decide('channel:add-subscribers', actor, facts)
    if (!may || (!may.ok && may.kind === 'hide'))
      throw badRequest(`Invalid channel ID ${id}. No invites were sent.`)
    if (!may.ok) throw badRequest('You do not have permission to subscribe other users to channels.')
  }
  for (const id of groups) {
    const may = decide('group:change-members', actor, await adding(tx, id))
    if (!may.ok) throw may.kind === 'hide' ? invalidGroup() : groupRefusal(may.reason)
  }
}

/** Those of them that who invited may still bring others into: the rest the newcomer does without. */
export async function stillOpen(
  tx: Tx,
  actor: Actor,
  rights: Rights,
  { channels, groups }: Targets,
): Promise<{ channels: number[]; groups: Granted<'group:change-members'>[] }> {
  const known = await channelFacts(tx, actor, channels)
  const may: Granted<'group:change-members'>[] = []
  for (const id of groups) {
    const verdict = authorize('group:change-members', actor, await adding(tx, id), rights)
    if (verdict.ok) may.push(verdict.granted)
  }
  return {
    channels: channels.filter((id) => {
      const facts = known.get(id)
      return facts !== undefined && decide('channel:add-subscribers', actor, facts).ok
    }),
    groups: may,
  }
}
