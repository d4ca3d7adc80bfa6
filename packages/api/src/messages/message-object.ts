import { z } from 'zod'
import { Reaction } from './reaction.ts'
import { Submessage } from './widget.ts'

/** A person of a direct conversation as message objects name them. */
export const DisplayPerson = z.object({
  id: z.int(),
  email: z.string(),
  full_name: z.string(),
  is_mirror_dummy: z.boolean(),
})
export type DisplayPerson = z.infer<typeof DisplayPerson>

/** One change of a message, by what it replaced. */
export const EditEntry = z.object({
  user_id: z.int(),
  timestamp: z.int(),
  prev_content: z.string().optional(),
  prev_rendered_content: z.string().optional(),
  prev_topic: z.string().optional(),
  topic: z.string().optional(),
  prev_stream: z.int().optional(),
  stream: z.int().optional(),
})
export type EditEntry = z.infer<typeof EditEntry>

/** A message without what differs between its readers (Zulip API: message objects). */
export const MessageObject = z.object({
  id: z.int(),
  sender_id: z.int(),
  sender_email: z.string(),
  sender_full_name: z.string(),
  sender_realm_str: z.string(),
  avatar_url: z.string(),
  client: z.string(),
  content: z.string(),
  content_type: z.enum(['text/html', 'text/x-markdown']),
  /** Seconds since the Unix epoch. */
  timestamp: z.int(),
  type: z.enum(['stream', 'private']),
  display_recipient: z.union([z.string(), z.array(DisplayPerson)]),
  stream_id: z.int().optional(),
  /** The topic; empty for direct messages. */
  subject: z.string(),
  topic_links: z.array(z.object({ text: z.string(), url: z.string() })),
  recipient_id: z.int(),
  is_me_message: z.boolean(),
  reactions: z.array(Reaction),
  submessages: z.array(Submessage),
  /** When its content last changed, and when it last moved. */
  last_edit_timestamp: z.int().optional(),
  last_moved_timestamp: z.int().optional(),
  edit_history: z.array(EditEntry).optional(),
})
export type MessageObject = z.infer<typeof MessageObject>

/** Flags that a message can have for one reader. */
export const MessageFlag = z.enum([
  'read',
  'starred',
  'collapsed',
  'mentioned',
  'stream_wildcard_mentioned',
  'topic_wildcard_mentioned',
  'wildcard_mentioned',
  'has_alert_word',
  'historical',
])
export type MessageFlag = z.infer<typeof MessageFlag>

/** A message as its reader fetches it alone. */
export const OneMessage = MessageObject.extend({ flags: z.array(MessageFlag) })

/** A message as its reader fetches it. */
export const FetchedMessage = OneMessage.extend({
  /** HTML with the words marked that a search found, where there was one. */
  match_content: z.string().optional(),
  match_subject: z.string().optional(),
})
export type FetchedMessage = z.infer<typeof FetchedMessage>
