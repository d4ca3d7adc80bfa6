import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { OwnPerson } from './person.ts'

/** The account that calls. */
export const getOwnUser = operation({
  id: 'get-own-user',
  method: 'GET',
  path: '/api/v1/users/me',
  service: 'auth',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'own',
  params: {},
  response: OwnPerson,
})
