import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { text } from '../param.ts'
import { maxWelcomeLength } from './organisation-settings.ts'

/** Has the bot say to the administrator who asks what it would say to who is new. */
export const testWelcomeMessage = operation({
  id: 'test-welcome-bot-custom-message',
  method: 'POST',
  path: '/api/v1/realm/test_welcome_bot_custom_message',
  service: 'messaging',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'own',
  params: { welcome_message_custom_text: text(maxWelcomeLength) },
  response: z.object({ message_id: z.int() }),
  since: 416,
})
