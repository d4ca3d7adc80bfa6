import {
  DisplayPerson,
  type MessageFlag,
  type MessageObject,
  submessagesOf,
  topicForClient,
  unknownSender,
} from '@parley/api'
import { z } from 'zod'
import { event, type Viewer } from '../event.ts'

export const MessageSent = z.object({
  message_id: z.int(),
  recipient_id: z.int(),
  sender_id: z.int(),
  sender_email: z.string(),
  sender_full_name: z.string(),
  sender_realm_str: z.string(),
  avatar_url: z.string(),
  client: z.string(),
  content: z.string(),
  rendered: z.string(),
  /** Seconds since the Unix epoch. */
  timestamp: z.int(),
  kind: z.enum(['channel', 'direct']),
  stream_id: z.int().nullable(),
  stream_name: z.string().nullable(),
  topic: z.string(),
  topic_links: z.array(z.object({ text: z.string(), url: z.string() })),
  /** The people of a direct conversation, the sender included; empty for a channel. */
  people: z.array(DisplayPerson),
  /** Users for whom it is read from the start, besides its sender: found where it is written. */
  read_by: z.array(z.int()).default([]),
  /** For whom alone it is unread; null for everybody whom that does not name. */
  unread_for: z.array(z.int()).nullable().default(null),
  flags: z.object({
    /** The sender, where it is read for them. */
    read: z.array(z.int()),
    mentioned: z.array(z.int()),
    /** `@all` and the like: every subscriber. */
    channelWildcard: z.boolean(),
    /** `@topic`: the topic's participants. */
    topicWildcard: z.array(z.int()),
    /** Whose alert words it holds; events from before there were any do not say. */
    alerted: z.array(z.int()).default([]),
  }),
  /** The queue that gets its own `local_id` back. */
  queue_id: z.string().nullable(),
  local_id: z.string().nullable(),
})
export type MessageSent = z.infer<typeof MessageSent>

const isMe = (content: string): boolean => content.startsWith('/me ')

/** The message object for a viewer, as it was when it was sent. */
export function messageFor(body: MessageSent, viewer: Viewer): MessageObject {
  return {
    id: body.message_id,
    sender_id: body.sender_id,
    sender_email: body.sender_email,
    sender_full_name: body.sender_full_name,
    sender_realm_str: body.sender_realm_str,
    avatar_url: body.avatar_url,
    client: body.client,
    content: viewer.applyMarkdown ? body.rendered : body.content,
    content_type: viewer.applyMarkdown ? 'text/html' : 'text/x-markdown',
    timestamp: body.timestamp,
    recipient_id: body.recipient_id,
    topic_links: body.topic_links,
    is_me_message: isMe(body.content),
    reactions: [],
    submessages: submessagesOf(
      { id: body.message_id, senderId: body.sender_id, content: body.content, edited: false },
      [],
    ),
    ...(body.kind === 'channel'
      ? {
          type: 'stream',
          display_recipient: body.stream_name ?? '',
          stream_id: body.stream_id ?? 0,
          subject: topicForClient(body.topic, viewer.capabilities.empty_topic_name),
        }
      : { type: 'private', display_recipient: body.people, subject: '' }),
  }
}

const sets = new WeakMap<readonly number[], ReadonlySet<number>>()

/** Asked for every viewer, of whom there may be as many as there are ids: the set of one event's is made once. */
function isIn(ids: readonly number[], id: number): boolean {
  if (ids.length <= 16) return ids.includes(id)
  const set = sets.get(ids) ?? new Set(ids)
  sets.set(ids, set)
  return set.has(id)
}

const readAtBirth = ({ flags, read_by: readBy, unread_for: unreadFor }: MessageSent, id: number): boolean =>
  flags.read.includes(id) || isIn(readBy, id) || (unreadFor !== null && !isIn(unreadFor, id))

/** In the order in which clients get them. */
const flagNames = [
  'read',
  'mentioned',
  'stream_wildcard_mentioned',
  'topic_wildcard_mentioned',
  'wildcard_mentioned',
  'has_alert_word',
] as const satisfies readonly MessageFlag[]

type Flags = { readonly flags: readonly MessageFlag[] }
const combinations = new Map<number, Flags>()

/** Of a thousand viewers nearly all have the same flags, so each combination is made once, and frozen. @param bits by `flagNames` */
function flagsOf(bits: number): Flags {
  const flags =
    combinations.get(bits) ?? Object.freeze({ flags: flagNames.filter((_, i) => bits & (1 << i)) })
  combinations.set(bits, flags)
  return flags
}

function flagsFor(body: MessageSent, { userId }: Viewer): Flags {
  const { flags } = body
  const topic = isIn(flags.topicWildcard, userId)
  const bits =
    Number(readAtBirth(body, userId)) |
    (Number(isIn(flags.mentioned, userId)) << 1) |
    (Number(flags.channelWildcard) << 2) |
    (Number(topic) << 3) |
    (Number(topic || flags.channelWildcard) << 4) |
    (Number(flags.alerted.includes(userId)) << 5)
  return flagsOf(bits)
}

/** A message was sent: to the channel's subscribers, and bots that it mentions there, or to the people of the conversation. */
export const messageSent = event({
  type: 'message.sent',
  emitter: 'messaging',
  // Subscribers of the channel and the named ones; for a direct message the named users.
  audience: 'subscribers',
  body: MessageSent,
  messagesIn: (body) => [body.message_id],
  wire: ['message'],
  variant: (viewer) => `${Number(viewer.applyMarkdown)}${Number(viewer.capabilities.empty_topic_name)}`,
  shape: (body, viewer) => ({ type: 'message', message: messageFor(body, viewer) }),
  tellsOf: (body) => body.sender_id,
  ofUnseen: (body, viewer) => ({
    type: 'message',
    message: messageFor({ ...body, ...unknownSender(body.sender_id) }, viewer),
  }),
  own: (body, viewer) => {
    const flags = flagsFor(body, viewer)
    return body.local_id !== null && body.queue_id === viewer.queueId
      ? { ...flags, local_message_id: body.local_id }
      : flags
  },
})
