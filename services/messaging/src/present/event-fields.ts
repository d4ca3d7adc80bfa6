import type { TopicLink } from '@parley/markdown'
import type { Facts } from '../facts/send-facts.ts'
import type { EventFields } from '../repo/send-batch.ts'

/** Everything that the event of a new message shows, beside the message's own columns. */
export function eventFields(
  { actor, realm, channel, people }: Facts,
  more: {
    readonly topicLinks: readonly TopicLink[]
    readonly read: readonly number[]
    readonly mentioned: readonly number[]
    readonly channelWildcard: boolean
    readonly topicWildcard: readonly number[]
    readonly alerted: readonly number[]
    readonly queueId: string | null
    readonly localId: string | null
  },
): EventFields {
  if (!actor) throw new Error('a message without a sender')
  return {
    sender_id: actor.id,
    sender_email: actor.email,
    sender_full_name: actor.name,
    sender_realm_str: realm,
    avatar_url: actor.avatar,
    // Read by gateways of the version before, which else drop the event: amid an upgrade they still deliver.
    gravatar: false,
    kind: channel ? 'channel' : 'direct',
    stream_id: channel?.id ?? null,
    stream_name: channel?.name ?? null,
    topic_links: [...more.topicLinks],
    people: (people ?? []).map(({ id, email, name }) => ({
      id,
      email,
      full_name: name,
      is_mirror_dummy: false,
    })),
    flags: {
      read: [...more.read],
      mentioned: [...more.mentioned],
      channelWildcard: more.channelWildcard,
      topicWildcard: [...more.topicWildcard],
      alerted: [...more.alerted],
    },
    queue_id: more.queueId,
    local_id: more.localId,
  }
}
