import { ReactionType } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Someone's status changed: what is in it, each empty where it went. */
export const userStatusChanged = event({
  type: 'user.status-changed',
  emitter: 'messaging',
  audience: 'organisation',
  body: z.object({
    user_id: z.int(),
    status_text: z.string().optional(),
    emoji_name: z.string().optional(),
    emoji_code: z.string().optional(),
    reaction_type: ReactionType.optional(),
  }),
  wire: ['user_status'],
  tellsOf: (body) => body.user_id,
  shape: (body) => ({ type: 'user_status', ...body }),
})
