import {
  type DisplayPerson,
  type FetchedMessage,
  submessagesOf,
  topicForClient,
  unknownEmail,
  unknownName,
  unknownSender,
} from '@parley/api'
import { type Sight, sees } from '@parley/db'
import type { Linkifiers, TopicLink } from '@parley/markdown'
import type { MessageRow, Messages, PersonRow } from '../repo/messages.ts'
import type { MessageSettings } from '../facts/message-settings.ts'
import { flagsOf } from './flags.ts'
import { editHistory } from './history.ts'

/** How the client wants messages. */
export interface MessageStyle {
  readonly applyMarkdown: boolean
  /** Does the client know the nameless topic? */
  readonly emptyTopicKnown: boolean
  /** Which former states the organisation shows. */
  readonly historyVisibility: MessageSettings['historyVisibility']
  readonly linkifiers: Linkifiers
}

/** Messages as their reader fetches them. */
export function presentMessages(messages: Messages, style: MessageStyle): FetchedMessage[] {
  const known = new Map<string, TopicLink[]>()
  const find = style.linkifiers.beginTopics()
  const topicLinks = (topic: string): TopicLink[] => {
    const links = known.get(topic) ?? find(topic)
    known.set(topic, links)
    return links
  }
  return messages.rows.map((row) => presentMessage(row, messages, style, topicLinks))
}

function presentMessage(
  row: MessageRow,
  { people, reactions, submessages, edits, sight }: Messages,
  style: MessageStyle,
  topicLinks: (topic: string) => TopicLink[],
): FetchedMessage {
  const history = editHistory(edits.get(row.id) ?? [], style.historyVisibility, style.emptyTopicKnown)
  return {
    id: row.id,
    sender_id: row.senderId,
    sender_realm_str: row.realm,
    ...(sees(sight, row.senderId) ? sender(row) : unknownSender(row.senderId)),
    client: row.client,
    content: style.applyMarkdown ? row.rendered : row.content,
    content_type: style.applyMarkdown ? 'text/html' : 'text/x-markdown',
    timestamp: row.timestamp,
    recipient_id: row.recipientId,
    topic_links: topicLinks(row.topic),
    is_me_message: row.content.startsWith('/me '),
    reactions: [...(reactions.get(row.id) ?? [])],
    submessages: submessagesOf({ ...row, edited: row.editedAt !== null }, submessages.get(row.id) ?? []),
    flags: flagsOf(row),
    ...(row.editedAt === null ? {} : { last_edit_timestamp: row.editedAt }),
    ...(row.movedAt === null ? {} : { last_moved_timestamp: row.movedAt }),
    ...(history.length === 0 ? {} : { edit_history: history }),
    ...(row.channelId === null
      ? {
          type: 'private',
          display_recipient: (row.userIds ?? []).flatMap((id) => displayPerson(people.get(id), sight)),
          subject: '',
        }
      : {
          type: 'stream',
          display_recipient: row.channelName ?? '',
          stream_id: row.channelId,
          subject: topicForClient(row.topic, style.emptyTopicKnown),
        }),
  }
}

const sender = (row: MessageRow) => ({
  sender_email: row.senderEmail,
  sender_full_name: row.senderName,
  avatar_url: row.senderAvatar,
})

function displayPerson(person: PersonRow | undefined, sight: Sight): DisplayPerson[] {
  if (!person) return []
  const seen = sees(sight, person.id)
  const named = seen
    ? { email: person.email, full_name: person.name }
    : { email: unknownEmail(person.id), full_name: unknownName }
  return [{ id: person.id, ...named, is_mirror_dummy: false }]
}
