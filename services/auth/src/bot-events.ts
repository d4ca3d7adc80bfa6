import type { UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import {
  botChanged,
  type BotChange,
  make,
  type NewEvent,
  userDeactivated,
  userRoleChanged,
} from '@parley/events'
import type { Role } from '@parley/access'
import { administrators } from './facts/bots.ts'
import type { lowerBotsOf } from './repo/bots.ts'
import { joinsRoleGroup, leavesRoleGroup } from './rules/role-group.ts'

/** Those who have the say over a bot, each once. @param owner its own; null where it is not told */
const managers = async (tx: Tx, owner: UserId | null): Promise<UserId[]> => [
  ...new Set([...(owner === null ? [] : [owner]), ...(await administrators(tx))]),
]

/** What those who have the say over a bot are told of it. @param owner its own; null where it is not told */
export async function botTold(tx: Tx, owner: UserId | null, change: BotChange): Promise<NewEvent[]> {
  const users = await managers(tx, owner)
  return users.length === 0 ? [] : [make(botChanged, change, { users })]
}

/** What the log says of bots that are taken out of use. @param owner theirs, where the owner stays in use */
export async function botsEnded(
  tx: Tx,
  ended: readonly { readonly user_id: number; readonly generation: number }[],
  owner: UserId | null,
  by: number,
): Promise<NewEvent[]> {
  if (ended.length === 0) return []
  const users = await managers(tx, owner)
  return ended.flatMap(({ user_id, generation }) => [
    make(userDeactivated, { user_id, generation, by }),
    ...(users.length === 0
      ? []
      : [make(botChanged, { op: 'update', bot: { user_id, is_active: false } }, { users })]),
  ])
}

/** What the log says of bots that got their owner's role. */
export const botsLowered = (
  lowered: Awaited<ReturnType<typeof lowerBotsOf>>,
  role: Role,
  by: number,
): NewEvent[] =>
  lowered.flatMap(({ user_id, was, vantage, waited, waits }) => [
    make(userRoleChanged, { user_id, role, was, vantage, by }),
    leavesRoleGroup(user_id, was, waited),
    joinsRoleGroup(user_id, role, waits),
  ])
