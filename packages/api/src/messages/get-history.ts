import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'

/** One state of a message, and what the change to it replaced. */
export const HistoryEntry = z.object({
  topic: z.string(),
  content: z.string(),
  rendered_content: z.string(),
  /** Seconds since the Unix epoch. */
  timestamp: z.int(),
  user_id: z.int(),
  prev_topic: z.string().optional(),
  prev_stream: z.int().optional(),
  stream: z.int().optional(),
  prev_content: z.string().optional(),
  prev_rendered_content: z.string().optional(),
  /** `rendered_content`, with what is new in it and what is gone marked. */
  content_html_diff: z.string().optional(),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

/** What a message was before it was changed, oldest first. */
export const getHistory = operation({
  id: 'get-message-history',
  method: 'GET',
  path: '/api/v1/messages/{message_id}/history',
  service: 'messaging',
  access: 'message:read',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: pathInt(), allow_empty_topic_name: withDefault(bool(), false) },
  response: z.object({ message_history: z.array(HistoryEntry) }),
})
