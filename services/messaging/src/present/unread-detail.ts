import type { UserId } from '@parley/core'
import type { FlagsChanged, UnreadPlace } from '@parley/events'
import type { Markable } from '../repo/markable.ts'
import type { Part } from '../rules/event-chunks.ts'

/** What a client needs to count the messages of one event as unread again. */
export function unreadDetail(parts: readonly Part<Markable>[], reader: UserId): FlagsChanged['unread'] {
  return {
    places: parts.map((part) => placeOf(part, reader)),
    mentioned: parts.flatMap(({ place: { ids, mentioned }, from, to }) => {
      const some = mentioned.length > 0 ? new Set(ids.slice(from, to)) : null
      return some ? mentioned.filter((id) => some.has(id)) : []
    }),
  }
}

const placeOf = ({ place, from, to }: Part<Markable>, reader: UserId): UnreadPlace =>
  place.channelId === null
    ? { user_ids: (place.userIds ?? []).filter((id) => id !== reader), count: to - from }
    : { stream_id: place.channelId, topics: place.topics.slice(from, to) }
