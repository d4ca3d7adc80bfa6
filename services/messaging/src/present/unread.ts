import { topicForClient } from '@parley/api'
import type { UserId } from '@parley/core'
import { maxUnread, type UnreadRow } from '../repo/snapshot.ts'

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

/** @param rows ascending, as repo/snapshot reads them */
export function presentUnread(
  rows: readonly UnreadRow[],
  reader: UserId,
  emptyTopicKnown: boolean,
): UnreadMessages {
  const kept = rows.slice(-maxUnread)
  const streams = grouped(kept, (row) =>
    row.channelId === null ? null : `${row.channelId} ${row.topic.toLowerCase()}`,
  )
  const direct = grouped(kept, ({ userIds }) => userIds && userIds.join(','))
  return {
    count: kept.length,
    streams: streams.map(({ last, ids }) => ({
      stream_id: last.channelId ?? 0,
      topic: topicForClient(last.topic, emptyTopicKnown),
      unread_message_ids: ids,
    })),
    pms: direct.flatMap(({ last, ids }) => {
      const others = othersOf(last, reader)
      if (others.length > 1) return []
      const other = others[0] ?? reader
      return [{ other_user_id: other, sender_id: other, unread_message_ids: ids }]
    }),
    huddles: direct.flatMap(({ key, last, ids }) =>
      othersOf(last, reader).length > 1 ? [{ user_ids_string: key, unread_message_ids: ids }] : [],
    ),
    mentions: kept.filter(({ mentioned }) => mentioned).map(({ id }) => id),
    old_unreads_missing: rows.length > maxUnread,
  }
}

const othersOf = ({ userIds }: UnreadRow, reader: UserId): number[] =>
  (userIds ?? []).filter((id) => id !== reader)

interface Group {
  readonly key: string
  /** The newest of them: its spelling of the topic counts. */
  last: UnreadRow
  readonly ids: number[]
}

function grouped(rows: readonly UnreadRow[], keyOf: (row: UnreadRow) => string | null): Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const key = keyOf(row)
    if (key === null) continue
    const group = groups.get(key) ?? { key, last: row, ids: [] }
    groups.set(key, group)
    group.last = row
    group.ids.push(row.id)
  }
  return [...groups.values()]
}
