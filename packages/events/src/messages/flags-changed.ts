import { topicForClient } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Thousands in one event: looked at in one pass. */
const Ids = z.custom<number[]>((list) => Array.isArray(list) && list.every(Number.isSafeInteger))
const Topics = z.custom<string[]>(
  (list) => Array.isArray(list) && list.every((topic) => typeof topic === 'string'),
)

/** What a client needs to count a message as unread again. */
const Detail = z.object({
  type: z.enum(['private', 'stream']),
  mentioned: z.boolean().optional(),
  /** The other people of a direct conversation. */
  user_ids: z.array(z.int()).optional(),
  stream_id: z.int().optional(),
  topic: z.string().optional(),
})
type UnreadDetail = z.infer<typeof Detail>

/** Of one conversation: a topic for each message, or the other people of a direct one and how many messages. */
const Place = z.union([
  z.object({ stream_id: z.int(), topics: Topics }),
  z.object({ user_ids: z.array(z.int()), count: z.int() }),
])
export type UnreadPlace = z.infer<typeof Place>

const sizeOf = (place: UnreadPlace): number => ('topics' in place ? place.topics.length : place.count)

const Body = z
  .object({
    op: z.enum(['add', 'remove']),
    flag: z.enum(['read', 'starred', 'collapsed']),
    messages: Ids,
    /** By message id, where `read` is removed: as it was written before `unread` was. */
    details: z.record(z.string(), Detail).nullable(),
    /** Given when `read` is removed: the conversations of `messages`, in their order, and which mention the reader. */
    unread: z.object({ places: z.array(Place), mentioned: Ids }).optional(),
  })
  .refine(
    ({ messages, unread }) =>
      unread === undefined ||
      unread.places.reduce((sum, place) => sum + sizeOf(place), 0) === messages.length,
    'the conversations hold other messages',
  )
export type FlagsChanged = z.infer<typeof Body>

/** By message id; null unless they become unread. */
function detailsOf({
  messages,
  details,
  unread,
}: FlagsChanged): Readonly<Record<string, UnreadDetail>> | null {
  if (!unread) return details
  const mentioned = new Set(unread.mentioned)
  const all = unread.places.flatMap((place): UnreadDetail[] =>
    'topics' in place
      ? place.topics.map((topic) => ({ type: 'stream', stream_id: place.stream_id, topic }))
      : Array.from({ length: place.count }, () => ({ type: 'private', user_ids: place.user_ids })),
  )
  return Object.fromEntries(
    all.map((detail, i) => {
      const id = messages[i] ?? 0
      return [id, mentioned.has(id) ? { ...detail, mentioned: true } : detail]
    }),
  )
}

/** A user added a flag to or removed it from messages; only that user's queues see it. */
export const flagsChanged = event({
  type: 'flags.changed',
  emitter: 'messaging',
  audience: 'users',
  body: Body,
  wire: ['update_message_flags'],
  variant: (viewer) => String(Number(viewer.capabilities.empty_topic_name)),
  shape: (body, viewer) => {
    const details = detailsOf(body)
    return {
      type: 'update_message_flags',
      op: body.op,
      operation: body.op,
      flag: body.flag,
      messages: body.messages,
      all: false,
      ...(details === null
        ? {}
        : {
            message_details: Object.fromEntries(
              Object.entries(details).map(([id, detail]) => [
                id,
                detail.topic === undefined
                  ? detail
                  : { ...detail, topic: topicForClient(detail.topic, viewer.capabilities.empty_topic_name) },
              ]),
            ),
          }),
    }
  },
})
