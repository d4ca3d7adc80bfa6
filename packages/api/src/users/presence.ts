import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, int, optional, pathText, withDefault, word } from '../param.ts'

/** How somebody is there. */
export const presenceStatuses = ['active', 'idle'] as const
const Status = z.enum(presenceStatuses)

/** When somebody was last active, and last there at all: seconds since the Unix epoch, 0 for never. */
export const SlimPresence = z.object({ active_timestamp: z.int(), idle_timestamp: z.int() })
export type SlimPresence = z.infer<typeof SlimPresence>

const Legacy = z.object({ client: z.string(), status: Status, timestamp: z.int(), pushable: z.boolean() })
/** The same as older clients read it, by client. */
export const LegacyPresence = z.record(z.string(), Legacy)
export type LegacyPresence = z.infer<typeof LegacyPresence>

/** Most days back that somebody's presence is told of; it is kept no longer. */
export const mostPresenceDays = 14

const common = { service: 'messaging', limits: apiByUser, callers: ['gateway'], transaction: 'read' } as const

/** Says that one is there, and asks who else is. */
export const updatePresence = operation({
  ...common,
  id: 'update-presence',
  method: 'POST',
  path: '/api/v1/users/me/presence',
  access: 'self:be-there',
  idempotent: true,
  params: {
    status: word(presenceStatuses),
    ping_only: withDefault(bool(), false),
    /** Sent by clients; nobody counts it. */
    new_user_input: withDefault(bool(), false),
    slim_presence: withDefault(bool(), false),
    /** From an earlier answer: only what is new since then; -1 for all. */
    last_update_id: optional(int(-1)),
    history_limit_days: optional(int()),
  },
  response: z.object({
    presence_last_update_id: z.int().optional(),
    server_timestamp: z.number().optional(),
    presences: z.record(z.string(), z.union([SlimPresence, LegacyPresence])).optional(),
  }),
})

/** Who was there lately, by e-mail. */
export const getPresence = operation({
  ...common,
  id: 'get-presence',
  method: 'GET',
  path: '/api/v1/realm/presence',
  access: 'user:list',
  params: {},
  response: z.object({ server_timestamp: z.number(), presences: z.record(z.string(), LegacyPresence) }),
})

/** When one person was there. */
export const getUserPresence = operation({
  ...common,
  id: 'get-user-presence',
  method: 'GET',
  path: '/api/v1/users/{user_id_or_email}/presence',
  access: 'user:list',
  params: { user_id_or_email: pathText(320) },
  response: z.object({
    presence: z.record(z.string(), z.object({ status: Status, timestamp: z.int() })),
  }),
})
