import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, withDefault } from '../param.ts'
import { Person } from './person.ts'

/** Everybody in the organisation, also who was deactivated. */
export const getUsers = operation({
  id: 'get-users',
  method: 'GET',
  path: '/api/v1/users',
  service: 'auth',
  access: 'user:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    client_gravatar: withDefault(bool(), true),
    include_custom_profile_fields: withDefault(bool(), false),
    user_ids: optional(json(z.array(z.int()).max(10_000))),
  },
  response: z.object({ members: z.array(Person) }),
})
