import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'

/** Ends every API key of the person who calls, and gives them a new one; a bot's are its owner's business. */
export const regenerateApiKey = operation({
  id: 'regenerate-api-key',
  method: 'POST',
  path: '/api/v1/users/me/api_key/regenerate',
  service: 'auth',
  access: 'self:set',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  params: {},
  response: z.object({ api_key: z.string() }),
})
