import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { ReactionType } from '../messages/reaction.ts'
import { operation } from '../operation.ts'
import { bool, optional, pathInt, text } from '../param.ts'

/** Longest text of a status, characters (Zulip API). */
export const maxStatusText = 60

/** What somebody says of themselves at present (Zulip API: user status); what is empty is left out. */
export const UserStatus = z.object({
  status_text: z.string().optional(),
  emoji_name: z.string().optional(),
  emoji_code: z.string().optional(),
  reaction_type: ReactionType.optional(),
})
export type UserStatus = z.infer<typeof UserStatus>

const given = {
  status_text: optional(text()),
  emoji_name: optional(text(100)),
  emoji_code: optional(text(100)),
  reaction_type: optional(text(100)),
}
const common = { service: 'messaging', limits: apiByUser, callers: ['gateway'] } as const

/** Someone's status. */
export const getUserStatus = operation({
  ...common,
  id: 'get-user-status',
  method: 'GET',
  path: '/api/v1/users/{user_id}/status',
  access: 'user:list',
  transaction: 'read',
  params: { user_id: pathInt() },
  response: z.object({ status: UserStatus }),
})

/** Sets one's own status; what is not given stays, what is empty goes. */
export const updateStatus = operation({
  ...common,
  id: 'update-status',
  method: 'POST',
  path: '/api/v1/users/me/status',
  access: 'self:set',
  transaction: 'write',
  idempotent: true,
  /** `away`, of older clients: does not show any more when they are there, or does again (`presence_enabled`). */
  params: { ...given, away: optional(bool()) },
  response: z.object({}),
})

/** Sets another's: for administrators, and who owns the bot. */
export const updateStatusForUser = operation({
  ...common,
  id: 'update-status-for-user',
  method: 'POST',
  path: '/api/v1/users/{user_id}/status',
  access: 'user:rename',
  transaction: 'write',
  idempotent: true,
  params: { user_id: pathInt(), ...given },
  response: z.object({}),
})
