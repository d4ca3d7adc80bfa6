import { type Granted, mayBeginAnew, tooManyAnew } from '@parley/access'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import {
  append,
  groupChanged,
  groupMembersAdded,
  groupMembersRemoved,
  groupSubgroupsAdded,
  groupSubgroupsRemoved,
  make,
  type NewEvent,
  userMoved,
} from '@parley/events'
import { groupsOf, whoseKnowledgeMoved } from './facts/knowledge.ts'
import { findMembers, findSubgroups, holdsGroup, membersWithin } from './facts/named-in-group.ts'
import { addMembers, addSubgroups, readGroup, removeMembers, removeSubgroups } from './repo/groups.ts'
import { raiseVantage } from './repo/vantage.ts'

/** People and groups that come into a group and go out of it. */
export interface GroupMoves {
  readonly add: readonly number[]
  readonly remove: readonly number[]
  readonly addSubgroups: readonly number[]
  readonly removeSubgroups: readonly number[]
}

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)

/**
 * Changes what is in a group, in the organisation's turn. Whoever knows of other private channels afterwards begins anew:
 * their queues end.
 * @throws AppError BAD_REQUEST where they are too many, and for what is in it already, is not in it, does not exist, or
 *   would hold the group itself
 */
export async function changeGroup(
  tx: Tx,
  granted: Granted<'group:edit'> | Granted<'group:change-members'>,
  rights: Rights,
  wanted: GroupMoves,
): Promise<void> {
  const group = await readGroup(tx, granted)
  const moves: GroupMoves = {
    add: await findMembers(tx, wanted.add),
    remove: distinct(wanted.remove),
    addSubgroups: await findSubgroups(tx, wanted.addSubgroups),
    removeSubgroups: distinct(wanted.removeSubgroups),
  }
  const member = moves.add.find((id) => group.members.includes(id))
  if (member !== undefined) throw badRequest(`User ${member} is already a member of this group.`)
  const nested = moves.addSubgroups.find((id) => group.subgroups.includes(id))
  if (nested !== undefined) throw badRequest(`User group ${nested} is already a subgroup of this group.`)
  const absent = moves.removeSubgroups.find((id) => !group.subgroups.includes(id))
  if (absent !== undefined) throw badRequest(`User group ${absent} is not a subgroup of this group.`)
  if (await holdsGroup(tx, moves.addSubgroups, group.group_id))
    throw badRequest(`User group ${group.group_id} is already a subgroup of one of the passed subgroups.`)

  const within = await membersWithin(tx, [...moves.addSubgroups, ...moves.removeSubgroups])
  const people = distinct([...moves.add, ...moves.remove, ...within])
  const before = await groupsOf(tx, people)
  await addMembers(tx, granted, moves.add)
  if ((await removeMembers(tx, granted, moves.remove)) !== moves.remove.length)
    throw badRequest('Invalid user group members.')
  await addSubgroups(tx, granted, moves.addSubgroups)
  await removeSubgroups(tx, granted, moves.removeSubgroups)
  const moved = await whoseKnowledgeMoved(tx, before, await groupsOf(tx, people))
  if (!mayBeginAnew(granted.actor, moved.length)) throw badRequest(tooManyAnew)

  const by = granted.actor.userId
  await append(tx, rights, [
    ...told(group.group_id, moves, by),
    ...(await raiseVantage(tx, granted, moved)).map((account) => make(userMoved, account)),
  ])
}

function told(group_id: number, moves: GroupMoves, by: number): NewEvent[] {
  const changed = (did: 'members' | 'subgroups', added: readonly number[], removed: readonly number[]) =>
    added.length + removed.length === 0
      ? []
      : [
          make(groupChanged, {
            group_id,
            did,
            added: [...added],
            removed: [...removed],
            permissions: {},
            by,
          }),
        ]
  const each = (ids: readonly number[], event: (ids: number[]) => NewEvent): NewEvent[] =>
    ids.length === 0 ? [] : [event([...ids])]
  return [
    ...changed('members', moves.add, moves.remove),
    ...changed('subgroups', moves.addSubgroups, moves.removeSubgroups),
    ...each(moves.add, (user_ids) => make(groupMembersAdded, { group_id, user_ids })),
    ...each(moves.remove, (user_ids) => make(groupMembersRemoved, { group_id, user_ids })),
    ...each(moves.addSubgroups, (subgroup_ids) => make(groupSubgroupsAdded, { group_id, subgroup_ids })),
    ...each(moves.removeSubgroups, (subgroup_ids) => make(groupSubgroupsRemoved, { group_id, subgroup_ids })),
  ]
}
