import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { text } from '../param.ts'

/** Renders a text as a message would be, without sending it. */
export const renderMessage = operation({
  id: 'render-message',
  method: 'POST',
  path: '/api/v1/messages/render',
  service: 'messaging',
  access: 'self:use',
  transaction: 'own',
  limits: apiByUser,
  bodyLimit: 192 * 1024,
  callers: ['gateway'],
  idempotent: true,
  params: { content: text(192 * 1024) },
  response: z.object({ rendered: z.string() }),
})
