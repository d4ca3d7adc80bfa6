import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Somebody whom a person does not want to read. `timestamp`: since when, in seconds since the Unix epoch. */
export const MutedUser = z.object({ id: z.int(), timestamp: z.int() })
export type MutedUser = z.infer<typeof MutedUser>

/** Most people that one person mutes. */
export const maxMutedUsers = 1_000

const own = {
  path: '/api/v1/users/me/muted_users/{muted_user_id}',
  service: 'streams',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  params: { muted_user_id: pathInt() },
  response: z.object({}),
} as const

/** Mutes a person for oneself. What is unread of them may be much: it is read in several transactions. */
export const muteUser = operation({ ...own, id: 'mute-user', method: 'POST', transaction: 'own' })

/** Ends that. */
export const unmuteUser = operation({ ...own, id: 'unmute-user', method: 'DELETE' })
