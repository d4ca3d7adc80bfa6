import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, nullable } from '../param.ts'

/** Takes the organisation out of use, for everybody in it. Only the operator brings it back. */
export const deactivateRealm = operation({
  id: 'deactivate-realm',
  method: 'POST',
  path: '/api/v1/realm/deactivate',
  service: 'auth',
  access: 'organisation:end',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  revokes: true,
  /** In how many days its data is to be deleted; null: it is kept. */
  params: { deletion_delay_days: nullable(int(0, 100_000)) },
  response: z.object({}),
})
