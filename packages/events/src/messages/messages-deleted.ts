import { topicForClient } from '@parley/api'
import { z } from 'zod'
import type { Viewer, WireEvent } from '../event.ts'
import { aboutMessage } from './about-message.ts'

export const MessagesDeleted = z.object({
  message_ids: z.array(z.int()).min(1),
  /** `bulk`: only to queues that can take many at once; `single`: to the others; one message goes to `all`. */
  to: z.enum(['all', 'bulk', 'single']),
  /** Null for direct messages. */
  stream_id: z.int().nullable(),
  topic: z.string(),
})
export type MessagesDeleted = z.infer<typeof MessagesDeleted>

export const deletedVariant = ({ capabilities }: Viewer): string =>
  `${Number(capabilities.bulk_message_deletion)}${Number(capabilities.empty_topic_name)}`

/** `delete_message`, for queues that it is `to`. */
export function deletedShape(
  { message_ids, to, stream_id, topic }: MessagesDeleted,
  { capabilities }: Viewer,
): WireEvent | null {
  const bulk = capabilities.bulk_message_deletion
  if (to !== 'all' && (to === 'bulk') !== bulk) return null
  return {
    type: 'delete_message',
    ...(bulk ? { message_ids } : { message_id: message_ids[0] ?? 0 }),
    ...(stream_id === null
      ? { message_type: 'private' }
      : { message_type: 'stream', stream_id, topic: topicForClient(topic, capabilities.empty_topic_name) }),
  }
}

/** Messages of one conversation and topic are gone. Raises rights, for every decision about a message reads that it is there. */
export const messagesDeleted = aboutMessage({
  type: 'messages.deleted',
  changesRights: true,
  body: MessagesDeleted,
  wire: ['delete_message'],
  variant: deletedVariant,
  shape: deletedShape,
})
