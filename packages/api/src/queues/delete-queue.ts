import { z } from 'zod'
import { operation, perUser } from '../operation.ts'
import { text } from '../param.ts'

/** Deletes a queue (Zulip API: delete-queue). */
export const deleteQueue = operation({
  id: 'delete-queue',
  method: 'DELETE',
  path: '/api/v1/events',
  service: 'gateway',
  access: 'self:use',
  limits: [perUser('delete-queue', 200, 60)],
  callers: ['gateway'],
  transaction: 'own',
  params: { queue_id: text(100) },
  response: z.object({}),
})
