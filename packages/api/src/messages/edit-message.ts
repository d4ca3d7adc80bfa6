import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { alias, bool, int, optional, pathInt, text, withDefault, word } from '../param.ts'

/** Changes what a message says, or its topic or channel, and with it those of others. */
export const editMessage = operation({
  id: 'update-message',
  method: 'PATCH',
  path: '/api/v1/messages/{message_id}',
  service: 'messaging',
  access: 'message:change',
  transaction: 'write',
  limits: apiByUser,
  bodyLimit: 192 * 1024,
  callers: ['gateway'],
  params: {
    message_id: pathInt(),
    topic: optional(alias(text(1_000), 'subject')),
    propagate_mode: withDefault(word(['change_one', 'change_later', 'change_all']), 'change_one'),
    send_notification_to_old_thread: withDefault(bool(), false),
    send_notification_to_new_thread: withDefault(bool(), true),
    // Longer content is cut, not refused, as when it is sent.
    content: optional(text(192 * 1024)),
    stream_id: optional(int()),
    prev_content_sha256: optional(text(64)),
  },
  response: z.object({ detached_uploads: z.array(z.never()) }),
})
