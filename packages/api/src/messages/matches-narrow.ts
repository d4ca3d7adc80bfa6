import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json } from '../param.ts'
import { Narrow } from './narrow.ts'

/** Which of the named messages the reader may see in a narrow, and what they say there. */
export const matchesNarrow = operation({
  id: 'check-messages-match-narrow',
  method: 'GET',
  path: '/api/v1/messages/matches_narrow',
  service: 'messaging',
  access: 'message:list',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  params: { msg_ids: json(z.array(z.int().min(0)).max(1_000)), narrow: json(Narrow) },
  response: z.object({
    messages: z.record(z.string(), z.object({ match_content: z.string(), match_subject: z.string() })),
  }),
})
