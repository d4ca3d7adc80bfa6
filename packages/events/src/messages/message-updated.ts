import { MessageFlag, topicForClient } from '@parley/api'
import { z } from 'zod'
import type { Viewer, WireEvent } from '../event.ts'
import { aboutMessage } from './about-message.ts'

const Flags = z.array(MessageFlag)

/** Flags of a message: those that most receivers have, and who has others. */
export const toldFlags = z.object({
  usual: Flags,
  others: z.array(z.object({ flags: Flags, user_ids: z.array(z.int()) })),
})

export const MessageUpdated = z.object({
  user_id: z.int(),
  /** Seconds since the Unix epoch. */
  edit_timestamp: z.int(),
  message_id: z.int(),
  /** All that changed, ascending. */
  message_ids: z.array(z.int()),
  /** Of `message_id`. */
  flags: toldFlags,
  /** The channel they were in; null for a direct message. */
  stream_id: z.int().nullable(),
  new_stream_id: z.int().nullable(),
  text: z
    .object({
      content: z.string(),
      rendered: z.string(),
      /** Null where it may not be shown, or the event would grow too large. */
      before: z.object({ content: z.string(), rendered: z.string() }).nullable(),
    })
    .nullable(),
  topic: z
    .object({
      before: z.string(),
      after: z.string(),
      /** In `after`; events from before there were any do not say. */
      links: z.array(z.object({ text: z.string(), url: z.string() })).default([]),
      propagate_mode: z.enum(['change_one', 'change_later', 'change_all']),
    })
    .nullable(),
})
export type MessageUpdated = z.infer<typeof MessageUpdated>

export const updatedVariant = (viewer: Viewer): string => String(Number(viewer.capabilities.empty_topic_name))

/** `update_message`, but for the flags. */
export function updatedShape({ text, topic, ...body }: MessageUpdated, { capabilities }: Viewer): WireEvent {
  const shown = (name: string): string => topicForClient(name, capabilities.empty_topic_name)
  return {
    type: 'update_message',
    user_id: body.user_id,
    rendering_only: false,
    edit_timestamp: body.edit_timestamp,
    message_id: body.message_id,
    message_ids: body.message_ids,
    ...(body.stream_id === null ? {} : { stream_id: body.stream_id }),
    ...(body.new_stream_id === null ? {} : { new_stream_id: body.new_stream_id }),
    ...(text && {
      ...(text.before && {
        orig_content: text.before.content,
        orig_rendered_content: text.before.rendered,
      }),
      content: text.content,
      rendered_content: text.rendered,
      is_me_message: text.content.startsWith('/me '),
    }),
    ...(topic && {
      orig_subject: shown(topic.before),
      // A move to another channel may leave the topic as it is.
      ...(topic.after === topic.before ? {} : { subject: shown(topic.after), topic_links: topic.links }),
      propagate_mode: topic.propagate_mode,
    }),
  }
}

export const ownFlags = (
  { flags }: { readonly flags: z.infer<typeof toldFlags> },
  { userId }: Viewer,
): { readonly flags: readonly MessageFlag[] } => ({
  flags: flags.others.find(({ user_ids }) => user_ids.includes(userId))?.flags ?? flags.usual,
})

/** Messages say something else than before, or stand in another topic. */
export const messageUpdated = aboutMessage({
  type: 'message.updated',
  body: MessageUpdated,
  wire: ['update_message'],
  messagesIn: ({ message_id: first, message_ids: all }) => [first, ...all.filter((id) => id !== first)],
  variant: updatedVariant,
  shape: updatedShape,
  own: ownFlags,
})
