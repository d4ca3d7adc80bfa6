import { type MessageObject, Reaction, Submessage, submessagesOf, unknownSender } from '@parley/api'
import { z } from 'zod'
import { event, type Viewer, type WireEvent } from '../event.ts'
import { messageFor, MessageSent } from './message-sent.ts'
import { deletedShape, deletedVariant, MessagesDeleted } from './messages-deleted.ts'
import { MessageUpdated, ownFlags, toldFlags, updatedShape, updatedVariant } from './message-updated.ts'

/**
 * Those who do not get it for following all public channels, since they are told by name what it means for them; null
 * where it is for nobody but those it names.
 */
const beside = z.array(z.int()).nullable()
/** Who follows all public channels has a message of one of them, in it or not: is it for those queues of the named, or for the others? */
const following = z.boolean().nullable().default(null)
/** To the people it names, while they may read in its channel. */
const told = { emitter: 'messaging', audience: 'readers', content: true } as const

/**
 * Messages stand in another channel from here on. It comes before what people are told of that; what the log holds of
 * these messages from before goes by it.
 */
export const messagesRelocated = event({
  type: 'messages.relocated',
  emitter: 'messaging',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  body: z.object({
    message_ids: z.array(z.int()),
    from: z.int(),
    to: z.int(),
    /** Where history is kept from who was not there: which of them came to whom; null where all inside read all. */
    holders: z.array(z.object({ user_ids: z.array(z.int()), message_ids: z.array(z.int()) })).nullable(),
  }),
})
export type MessagesRelocated = z.infer<(typeof messagesRelocated)['body']>

const Withdrawn = MessagesDeleted.extend({ beside })

/** Messages went where these people, who could read them, may not. Told in the channel that they left. */
export const messagesWithdrawn = event({
  ...told,
  type: 'messages.withdrawn',
  body: Withdrawn,
  wire: ['delete_message'],
  beside: (body) => body.beside,
  variant: deletedVariant,
  shape: deletedShape,
})

const Carried = MessageUpdated.extend({ beside, following })

/** Messages went to another channel that these people may read too. */
export const messageCarried = event({
  ...told,
  type: 'message.carried',
  body: Carried,
  wire: ['update_message'],
  beside: (body) => body.beside,
  following: (body) => body.following,
  messagesIn: ({ message_id: first, message_ids: all }) => [first, ...all.filter((id) => id !== first)],
  variant: updatedVariant,
  shape: updatedShape,
  own: ownFlags,
})

const Appeared = MessageSent.omit({
  flags: true,
  queue_id: true,
  local_id: true,
  kind: true,
  people: true,
  read_by: true,
  unread_for: true,
}).extend({
  flags: toldFlags,
  reactions: z.array(Reaction),
  /** What was added to a poll or a list of tasks. */
  submessages: z.array(Submessage),
  /** Seconds since the Unix epoch; null where its text was never another. */
  edited_at: z.int().nullable(),
  moved_at: z.int(),
  /** Written for gateways of the version before alone, which take no event without it. */
  gravatar: z.boolean().default(false),
  beside,
  following,
})
export type MessageAppeared = z.infer<typeof Appeared>

function appearing(body: MessageAppeared, viewer: Viewer): WireEvent & { readonly message: MessageObject } {
  const { reactions, submessages, edited_at, moved_at } = body
  const nobody = { read: [], mentioned: [], channelWildcard: false, topicWildcard: [], alerted: [] }
  const sent = {
    ...body,
    kind: 'channel',
    people: [],
    queue_id: null,
    local_id: null,
    flags: nobody,
  } as const
  const { message_id: id, sender_id: senderId, content } = body
  return {
    type: 'message',
    message: {
      ...messageFor({ ...sent, people: [], read_by: [], unread_for: null }, viewer),
      reactions,
      submessages: submessagesOf({ id, senderId, content, edited: edited_at !== null }, submessages),
      ...(edited_at === null ? {} : { last_edit_timestamp: edited_at }),
      last_moved_timestamp: moved_at,
    },
  }
}

/** A message came from a channel that these people could not read into one that they can. */
export const messageAppeared = event({
  ...told,
  type: 'message.appeared',
  body: Appeared,
  wire: ['message'],
  beside: (body) => body.beside,
  following: (body) => body.following,
  messagesIn: (body) => [body.message_id],
  variant: (viewer) => `${Number(viewer.applyMarkdown)}${Number(viewer.capabilities.empty_topic_name)}`,
  shape: appearing,
  tellsOf: (body) => body.sender_id,
  ofUnseen: (body, viewer) => appearing({ ...body, ...unknownSender(body.sender_id) }, viewer),
  own: ownFlags,
})
