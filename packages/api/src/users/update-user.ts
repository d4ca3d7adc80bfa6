import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { GivenValue, maxProfileFields } from '../organisation/profile-fields.ts'
import { json, optional, pathInt, text } from '../param.ts'

/** Every role an account may be given. */
export const RoleNumber = z.union([
  z.literal(100),
  z.literal(200),
  z.literal(300),
  z.literal(400),
  z.literal(600),
])

/** Changes another account's name, role or profile. A new role takes the queues of the account: it knows other things now. */
export const updateUser = operation({
  id: 'update-user',
  method: 'PATCH',
  path: '/api/v1/users/{user_id}',
  service: 'auth',
  access: 'user:rename',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: {
    user_id: pathInt(),
    full_name: optional(text()),
    role: optional(json(RoleNumber)),
    profile_data: optional(json(z.array(GivenValue).max(maxProfileFields))),
    new_email: optional(text()),
  },
  response: z.object({}),
})
