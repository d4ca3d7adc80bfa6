import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'
import { OneMessage } from './message-object.ts'

/** One message. One that may not be read and one that does not exist answer the same. */
export const getMessage = operation({
  id: 'get-message',
  method: 'GET',
  path: '/api/v1/messages/{message_id}',
  service: 'messaging',
  access: 'message:read',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  spectators: true,
  params: {
    message_id: pathInt(),
    apply_markdown: withDefault(bool(), true),
    allow_empty_topic_name: withDefault(bool(), false),
  },
  response: z.object({ raw_content: z.string(), message: OneMessage }),
})
