import { z } from 'zod'
import { apiByIp } from '../limits.ts'
import { operation } from '../operation.ts'

/** The OpenAPI 3.1 description of every endpoint there is, under `openapi`. */
export const getOpenApi = operation({
  id: 'get-openapi',
  method: 'GET',
  path: '/api/v1/parley/openapi',
  service: 'gateway',
  access: 'public',
  limits: apiByIp,
  callers: ['gateway'],
  transaction: 'own',
  params: {},
  response: z.object({ openapi: z.record(z.string(), z.unknown()) }),
})
