import { MutedUser, subscriptionProperties, topicForClient, UserTopic } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Somebody set something for a channel that they are in; it alone names the channel, so that who has left does not hear. */
export const subscriptionSet = event({
  type: 'subscription.set',
  emitter: 'streams',
  audience: 'users',
  body: z.object({
    stream_id: z.int(),
    property: z.enum(subscriptionProperties),
    value: z.union([z.boolean(), z.string()]),
  }),
  wire: ['subscription'],
  shape: (body) => ({ type: 'subscription', op: 'update', ...body }),
})

/**
 * Somebody mutes, unmutes or follows a topic, or nothing of that any longer: by their own words, or since all of the topic
 * went elsewhere.
 */
export const userTopicSet = event({
  type: 'user-topic.set',
  emitter: 'streams',
  alsoBy: ['messaging'],
  audience: 'users',
  body: UserTopic,
  wire: ['user_topic'],
  variant: ({ capabilities }) => String(Number(capabilities.empty_topic_name)),
  shape: (body, { capabilities }) => ({
    type: 'user_topic',
    ...body,
    topic_name: topicForClient(body.topic_name, capabilities.empty_topic_name),
  }),
})

/** The whole list of those whom somebody mutes; nobody else hears of it, the muted least of all. */
export const mutedUsersSet = event({
  type: 'muted-users.set',
  emitter: 'streams',
  audience: 'users',
  body: z.object({ muted_users: z.array(MutedUser) }),
  wire: ['muted_users'],
  shape: (body) => ({ type: 'muted_users', ...body }),
})
