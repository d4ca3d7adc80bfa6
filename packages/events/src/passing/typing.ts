import { topicForClient, unknownEmail } from '@parley/api'
import { z } from 'zod'
import type { PassingDeclaration } from './passing.ts'

const Person = z.object({ user_id: z.int(), email: z.string() })
const Op = z.enum(['start', 'stop'])
const Channel = z.object({ stream_id: z.int(), topic: z.string() })

const Typing = z.object({
  op: Op,
  sender: Person,
  /** The people of a direct conversation, the sender among them; or a channel and its topic. */
  place: z.union([z.object({ people: z.array(Person) }), Channel]),
})
export type Typing = z.infer<typeof Typing>

const topicKnown = ({ empty_topic_name }: { empty_topic_name: boolean }): string =>
  String(Number(empty_topic_name))

/** Somebody begins or ceases to write a message (Zulip API: event typing). */
export const typing: PassingDeclaration<Typing> = {
  type: 'typing',
  audience: 'users',
  body: Typing,
  variant: ({ capabilities }) =>
    `${Number(capabilities.stream_typing_notifications)}${topicKnown(capabilities)}`,
  shapes: ({ op, sender, place }, { capabilities, sees }) => {
    if (sees && !sees.has(sender.user_id)) return []
    if ('people' in place) {
      const seen = (user: number): boolean => sees?.has(user) ?? true
      const recipients = place.people.map((person) =>
        seen(person.user_id) ? person : { ...person, email: unknownEmail(person.user_id) },
      )
      return [{ type: 'typing', op, message_type: 'direct', sender, recipients }]
    }
    if (!capabilities.stream_typing_notifications) return []
    const topic = topicForClient(place.topic, capabilities.empty_topic_name)
    return [{ type: 'typing', op, message_type: 'stream', sender, stream_id: place.stream_id, topic }]
  },
}

const EditTyping = z.object({
  op: Op,
  sender_id: z.int(),
  message_id: z.int(),
  place: z.union([z.object({ user_ids: z.array(z.int()) }), Channel]),
})
export type EditTyping = z.infer<typeof EditTyping>

/** Somebody begins or ceases to edit a message (Zulip API: event typing_edit_message). */
export const editTyping: PassingDeclaration<EditTyping> = {
  type: 'typing_edit_message',
  audience: 'users',
  body: EditTyping,
  variant: ({ capabilities }) => topicKnown(capabilities),
  shapes: ({ place, ...told }, { capabilities, sees }) => {
    if (sees && !sees.has(told.sender_id)) return []
    const recipient =
      'user_ids' in place
        ? { type: 'direct', user_ids: place.user_ids }
        : {
            type: 'channel',
            channel_id: place.stream_id,
            topic: topicForClient(place.topic, capabilities.empty_topic_name),
          }
    return [{ type: 'typing_edit_message', ...told, recipient }]
  },
}
