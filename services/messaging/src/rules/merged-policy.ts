import { topicPolicy, type TopicPolicy } from '@parley/api'

/** From what is seen least to what is seen most. */
const order: readonly TopicPolicy[] = [
  topicPolicy.muted,
  topicPolicy.inherit,
  topicPolicy.unmuted,
  topicPolicy.followed,
]

/**
 * What somebody wants of a topic that another went into whole.
 * @param moved what they set for the one that went
 * @param there what they set for where it went; null for nothing
 * @param merged was there anything where it went? Then what shows more of it counts, so that nothing is hidden that was not
 * @returns null where what they have there stays
 */
export function mergedPolicy(
  moved: TopicPolicy,
  there: TopicPolicy | null,
  merged: boolean,
): TopicPolicy | null {
  const has = there ?? topicPolicy.inherit
  const wanted = merged && order.indexOf(has) > order.indexOf(moved) ? has : moved
  return wanted === has ? null : wanted
}
