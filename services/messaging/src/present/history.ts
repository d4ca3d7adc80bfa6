import { type EditEntry, type HistoryEntry, topicForClient } from '@parley/api'
import type { MessageSettings } from '../facts/message-settings.ts'
import type { Editable } from '../repo/edits.ts'
import type { EditRow } from '../repo/history.ts'
import { diffBudget, htmlDiff } from './html-diff.ts'

type Visibility = MessageSettings['historyVisibility']

/** What one change replaced, as far as the organisation shows it. */
const replaced = (edit: EditRow, visibility: Visibility, emptyTopicKnown: boolean) => ({
  ...(edit.prevContent === null || visibility !== 'all'
    ? {}
    : { prev_content: edit.prevContent, prev_rendered_content: edit.prevRendered ?? '' }),
  ...(edit.prevTopic === null ? {} : { prev_topic: topicForClient(edit.prevTopic, emptyTopicKnown) }),
  ...(edit.prevChannel === null ? {} : { prev_stream: edit.prevChannel }),
  ...(edit.channel === null ? {} : { stream: edit.channel }),
})

const shows = (edit: EditRow, visibility: Visibility): boolean =>
  visibility === 'all' || (visibility === 'moves' && (edit.topic !== null || edit.channel !== null))

/** `edit_history` of a message object: newest first. @param edits newest first */
export const editHistory = (
  edits: readonly EditRow[],
  visibility: Visibility,
  emptyTopicKnown: boolean,
): EditEntry[] =>
  edits
    .filter((edit) => shows(edit, visibility))
    .map((edit) => ({
      user_id: edit.userId,
      timestamp: edit.at,
      ...replaced(edit, visibility, emptyTopicKnown),
      ...(edit.topic === null ? {} : { topic: topicForClient(edit.topic, emptyTopicKnown) }),
    }))

/**
 * Every state of a message, oldest first: walked back from what it is now.
 * @param edits newest first
 * @param visibility `moves`: its text is everywhere what it is now
 */
export function messageHistory(
  now: Editable & { readonly senderId: number },
  edits: readonly EditRow[],
  visibility: Visibility,
  emptyTopicKnown: boolean,
): HistoryEntry[] {
  const entries: HistoryEntry[] = []
  const budget = diffBudget()
  let state = { topic: now.topic, content: now.content, rendered: now.rendered }
  const shown = () => ({
    topic: topicForClient(state.topic, emptyTopicKnown),
    content: state.content,
    rendered_content: state.rendered,
  })
  for (const edit of edits) {
    if (shows(edit, visibility))
      entries.push({
        ...shown(),
        timestamp: edit.at,
        user_id: edit.userId,
        ...replaced(edit, visibility, emptyTopicKnown),
        ...(edit.prevContent === null || visibility !== 'all'
          ? {}
          : { content_html_diff: htmlDiff(edit.prevRendered ?? '', state.rendered, budget) }),
      })
    state = {
      topic: edit.prevTopic ?? state.topic,
      ...(edit.prevContent === null || visibility !== 'all'
        ? { content: state.content, rendered: state.rendered }
        : { content: edit.prevContent, rendered: edit.prevRendered ?? '' }),
    }
  }
  entries.push({ ...shown(), timestamp: now.sentAt, user_id: now.senderId })
  return entries.reverse()
}
