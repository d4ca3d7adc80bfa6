import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt, text } from '../param.ts'

/** Takes the messages of a topic away, the newest first, some at a time: asked for again until it is complete. */
export const deleteTopic = operation({
  id: 'delete-topic',
  method: 'POST',
  path: '/api/v1/streams/{stream_id}/delete_topic',
  service: 'messaging',
  access: 'channel:delete-topic',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  idempotent: true,
  params: { stream_id: pathInt(), topic_name: text(1_000) },
  response: z.object({ complete: z.boolean() }),
})
