import type { GroupId } from '@parley/core'
import type { Actor } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'
import { has } from '../held.ts'
import { permissionSettings } from '../permission-settings.ts'

/** A topic that has no message yet, in a channel where the actor may put one. */
export interface NewTopic {
  readonly channel: ChannelFacts
  /** The groups of a bot's owner; empty for everybody else. */
  readonly ownerGroups: ReadonlySet<GroupId>
}

/**
 * Beginning a topic, by a message that is sent or moved there (permissions §3): whom the channel lets, and bots whose owner
 * it lets. What the server itself says goes wherever it belongs.
 */
export function topicCreate(actor: Actor, { channel, ownerGroups }: NewTopic): Decision {
  if (channel.orgId !== actor.orgId) return hide('other-org')
  if (actor.isSystemBot) return allow()
  const { can_create_topic_group: group } = channel.groups
  const held = has(actor, permissionSettings.stream.can_create_topic_group, group)
  return allowIf(held || (actor.isBot && ownerGroups.has(group)), deny('not-permitted'))
}
