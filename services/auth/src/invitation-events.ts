import { type UserId, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { invitationChanged, invitesChanged, make, type NewEvent } from '@parley/events'
import { administrators } from './facts/bots.ts'

type Act = Parameters<typeof invitationChanged.shape>[0]

/** What the log says of invitations: each act for audit, and that those who see them are to ask anew. */
export async function invitationEvents(
  tx: Tx,
  inviters: readonly (number | null)[],
  acts: readonly Act[],
): Promise<NewEvent[]> {
  const users: UserId[] = [
    ...new Set([...inviters.filter((id) => id !== null).map(userId), ...(await administrators(tx))]),
  ]
  return [
    ...acts.map((act) => make(invitationChanged, act)),
    ...(users.length === 0 ? [] : [make(invitesChanged, {}, { users })]),
  ]
}

/** What the log says where somebody's invitations ended because the address got an account; nothing where nobody's did. */
export const invitationsEnded = (tx: Tx, inviters: readonly number[]): Promise<NewEvent[]> =>
  inviters.length === 0 ? Promise.resolve([]) : invitationEvents(tx, inviters, [])
