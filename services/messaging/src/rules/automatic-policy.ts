import { topicPolicy } from '@parley/api'

/** How much somebody did in a topic: who begins one sends to it, and who sends to one takes part. */
export const did = { takePart: 1, send: 2, begin: 3 } as const
export type Did = (typeof did)[keyof typeof did]

/** From which of these on somebody wants a topic followed, or unmuted where its channel is muted; 4 is never (Zulip API). */
export interface TopicWishes {
  readonly follow: number
  readonly unmute: number
}

/** What a topic becomes by itself. */
export type RaisedPolicy = typeof topicPolicy.unmuted | typeof topicPolicy.followed

/**
 * What a topic becomes for who did something in it, by their wishes: following comes before unmuting.
 * @param now what they set for it: it never shows them less than before
 * @returns null where it stays as it is
 */
export function automaticPolicy(
  { follow, unmute }: TopicWishes,
  act: Did,
  now: { readonly channelMuted: boolean; readonly policy: number },
): RaisedPolicy | null {
  if (follow <= act) return now.policy < topicPolicy.followed ? topicPolicy.followed : null
  if (!now.channelMuted || unmute > act) return null
  return now.policy < topicPolicy.unmuted ? topicPolicy.unmuted : null
}
