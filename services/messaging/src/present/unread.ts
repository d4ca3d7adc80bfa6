import { topicForClient } from '@parley/api'
import type { UserId } from '@parley/core'
import { maxUnread } from '../repo/snapshot.ts'
import type { UnreadGroup } from '../rules/unread-groups.ts'

/** `unread_msgs` of a snapshot (Zulip API: register-queue). */
export interface UnreadMessages {
  readonly count: number
  readonly pms: readonly {
    readonly other_user_id: number
    readonly sender_id: number
    readonly unread_message_ids: readonly number[]
  }[]
  readonly streams: readonly {
    readonly stream_id: number
    readonly topic: string
    readonly unread_message_ids: readonly number[]
  }[]
  readonly huddles: readonly {
    readonly user_ids_string: string
    readonly unread_message_ids: readonly number[]
  }[]
  readonly mentions: readonly number[]
  readonly old_unreads_missing: boolean
}

/** @param groups as repo/snapshot reads them */
export function presentUnread(
  groups: readonly UnreadGroup[],
  reader: UserId,
  emptyTopicKnown: boolean,
): UnreadMessages {
  const missing = groups.reduce((sum, { ids }) => sum + ids.length, 0) > maxUnread
  const kept = missing ? withoutOldest(groups) : groups
  const direct = kept.flatMap(({ userIds, ids }) =>
    userIds ? [{ all: userIds, others: userIds.filter((id) => id !== reader), unread_message_ids: ids }] : [],
  )
  return {
    count: kept.reduce((sum, { ids }) => sum + ids.length, 0),
    streams: kept.flatMap(({ channelId, topic, ids }) =>
      channelId === null
        ? []
        : [{ stream_id: channelId, topic: topicForClient(topic, emptyTopicKnown), unread_message_ids: ids }],
    ),
    pms: direct.flatMap(({ others, unread_message_ids }) => {
      if (others.length > 1) return []
      const other = others[0] ?? reader
      return [{ other_user_id: other, sender_id: other, unread_message_ids }]
    }),
    huddles: direct.flatMap(({ all, others, unread_message_ids }) =>
      others.length > 1 ? [{ user_ids_string: all.join(','), unread_message_ids }] : [],
    ),
    mentions: kept.flatMap(({ mentioned }) => mentioned).sort((a, b) => a - b),
    old_unreads_missing: missing,
  }
}

/** The first message of the first group is the oldest of all. */
function withoutOldest([first, ...rest]: readonly UnreadGroup[]): readonly UnreadGroup[] {
  const [oldest, ...ids] = first?.ids ?? []
  if (!first || ids.length === 0) return rest
  return [{ ...first, ids, mentioned: first.mentioned.filter((id) => id !== oldest) }, ...rest]
}
