import type { MessageFlag } from '@parley/api'
import type { MessageRow } from '../repo/messages.ts'

type Marks = Pick<
  MessageRow,
  | 'read'
  | 'starred'
  | 'collapsed'
  | 'mentioned'
  | 'alerted'
  | 'historical'
  | 'channelWildcard'
  | 'topicWildcard'
>

/** A message's flags for its reader. Who was not there is not mentioned by naming everybody. */
export function flagsOf(row: Marks): MessageFlag[] {
  const channel = row.channelWildcard && !row.historical
  const topic = row.topicWildcard && !row.historical
  const all: readonly (readonly [MessageFlag, boolean])[] = [
    ['read', row.read],
    ['starred', row.starred],
    ['collapsed', row.collapsed],
    ['mentioned', row.mentioned],
    ['stream_wildcard_mentioned', channel],
    ['topic_wildcard_mentioned', topic],
    ['wildcard_mentioned', channel || topic],
    ['has_alert_word', row.alerted],
    ['historical', row.historical],
  ]
  return all.filter(([, has]) => has).map(([flag]) => flag)
}
