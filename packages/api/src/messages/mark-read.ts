import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, text } from '../param.ts'

const marking = {
  method: 'POST',
  service: 'messaging',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  idempotent: true,
} as const

/** Marks what is unread as read, the oldest first; asked for again until it is complete. */
export const markAllAsRead = operation({
  ...marking,
  id: 'mark-all-as-read',
  path: '/api/v1/mark_all_as_read',
  access: 'message:list',
  params: {},
  response: z.object({ complete: z.boolean() }),
})

/** Marks what is unread in a channel as read. */
export const markChannelAsRead = operation({
  ...marking,
  id: 'mark-stream-as-read',
  path: '/api/v1/mark_stream_as_read',
  access: 'channel:read',
  params: { stream_id: int() },
  response: z.object({}),
})

/** Marks what is unread in a topic of a channel as read. */
export const markTopicAsRead = operation({
  ...marking,
  id: 'mark-topic-as-read',
  path: '/api/v1/mark_topic_as_read',
  access: 'channel:read',
  params: { stream_id: int(), topic_name: text(1_000) },
  response: z.object({}),
})
