import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, json, optional, text, word } from '../param.ts'

/** What a person wants to see of a topic (Zulip API: `visibility_policy`). */
export const topicPolicy = { inherit: 0, muted: 1, unmuted: 2, followed: 3 } as const
const Policy = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
export type TopicPolicy = z.infer<typeof Policy>

/** What a person set for a topic. */
export const UserTopic = z.object({
  stream_id: z.int(),
  topic_name: z.string(),
  /** Seconds since the Unix epoch. */
  last_updated: z.int(),
  visibility_policy: Policy,
})
export type UserTopic = z.infer<typeof UserTopic>

/** Name of the channel, topic, seconds since the Unix epoch: what clients knew before `UserTopic`. */
export const MutedTopic = z.tuple([z.string(), z.string(), z.int()])
export type MutedTopic = z.infer<typeof MutedTopic>

/** Most topics that one person sets something for. */
export const maxUserTopics = 2_000

const own = {
  service: 'streams',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  idempotent: true,
} as const

/** Mutes, unmutes or follows a topic, or ends that. */
export const updateUserTopic = operation({
  ...own,
  id: 'update-user-topic',
  method: 'POST',
  path: '/api/v1/user_topics',
  params: { stream_id: int(), topic: text(), visibility_policy: json(Policy) },
  response: z.object({}),
})

/** Mutes a topic or ends that: the older way. */
export const muteTopic = operation({
  ...own,
  id: 'mute-topic',
  method: 'PATCH',
  path: '/api/v1/users/me/subscriptions/muted_topics',
  params: {
    stream_id: optional(int()),
    stream: optional(text(60)),
    topic: text(),
    op: word(['add', 'remove']),
  },
  response: z.object({}),
})
