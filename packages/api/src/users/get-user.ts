import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'
import { Person } from './person.ts'

/** One user of the organisation. */
export const getUser = operation({
  id: 'get-user',
  method: 'GET',
  path: '/api/v1/users/{user_id}',
  service: 'auth',
  access: 'user:see',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    user_id: pathInt(),
    client_gravatar: withDefault(bool(), true),
    include_custom_profile_fields: withDefault(bool(), false),
  },
  response: z.object({ user: Person }),
})
