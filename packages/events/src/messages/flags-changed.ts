import { topicForClient } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** What a client needs to count a message as unread again. */
const Detail = z.object({
  type: z.enum(['private', 'stream']),
  mentioned: z.boolean().optional(),
  /** The other people of a direct conversation. */
  user_ids: z.array(z.int()).optional(),
  stream_id: z.int().optional(),
  topic: z.string().optional(),
})
export type UnreadDetail = z.infer<typeof Detail>

const Body = z.object({
  op: z.enum(['add', 'remove']),
  flag: z.enum(['read', 'starred', 'collapsed']),
  messages: z.array(z.int()),
  /** By message id; given when `read` is removed. */
  details: z.record(z.string(), Detail).nullable(),
})
export type FlagsChanged = z.infer<typeof Body>

/** A user added a flag to or removed it from messages; only that user's queues see it. */
export const flagsChanged = event({
  type: 'flags.changed',
  emitter: 'messaging',
  audience: 'users',
  body: Body,
  wire: ['update_message_flags'],
  variant: (viewer) => String(Number(viewer.capabilities.empty_topic_name)),
  shape: (body, viewer) => ({
    type: 'update_message_flags',
    op: body.op,
    operation: body.op,
    flag: body.flag,
    messages: body.messages,
    all: false,
    ...(body.details === null
      ? {}
      : {
          message_details: Object.fromEntries(
            Object.entries(body.details).map(([id, detail]) => [
              id,
              detail.topic === undefined
                ? detail
                : { ...detail, topic: topicForClient(detail.topic, viewer.capabilities.empty_topic_name) },
            ]),
          ),
        }),
  }),
})
