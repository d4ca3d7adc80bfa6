import { systemGroupId } from '@parley/access'
import { groupMembersAdded, groupMembersRemoved, make, type NewEvent, userMoved } from '@parley/events'
import type { Settled } from '../repo/full-members.ts'

const [members, full] = [systemGroupId['role:members'], systemGroupId['role:fullmembers']]

/** What the log says of members who became full ones, and of those who are none any more. */
export function fullMemberEvents(settled: readonly Settled[]): NewEvent[] {
  const ids = (of: readonly Settled[]): number[] => of.map(({ user_id }) => user_id).sort((a, b) => a - b)
  // They come before they go, so that nobody is in neither.
  const moves = (from: number, to: number, user_ids: number[]): NewEvent[] =>
    user_ids.length === 0
      ? []
      : [
          make(groupMembersAdded, { group_id: to, user_ids }),
          make(groupMembersRemoved, { group_id: from, user_ids }),
        ]
  return [
    ...moves(members, full, ids(settled.filter(({ waited, waits }) => waited && !waits))),
    ...moves(full, members, ids(settled.filter(({ waited, waits }) => !waited && waits))),
    ...settled
      .filter(({ moved }) => moved)
      .map(({ user_id, role, vantage }) => make(userMoved, { user_id, role, vantage })),
  ]
}
