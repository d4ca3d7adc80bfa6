import type { UserId } from '@parley/core'
import type { UnreadDetail } from '@parley/events'
import type { Changed } from './changed.ts'

/** What a client needs to count a message as unread again. */
export function unreadDetail(message: Changed, reader: UserId): UnreadDetail {
  const mentioned = message.mentioned ? { mentioned: true } : {}
  return message.channelId === null
    ? { type: 'private', user_ids: (message.userIds ?? []).filter((id) => id !== reader), ...mentioned }
    : { type: 'stream', stream_id: message.channelId, topic: message.topic, ...mentioned }
}
