import { type Actor, isAdmin, isGuest, isOwner } from '../actor.ts'
import { allow, type Decision, deny, hide } from '../decision.ts'
import type { ChannelGroupSetting } from '../channel-groups.ts'
import type { ChannelFacts } from '../facts.ts'
import { holdsOfRealm } from '../held.ts'
import { holds } from '../predicate.ts'
import {
  administers,
  channelAtoms,
  channelContent,
  channelCreate,
  channelMetadata,
  type ChannelKind,
  type WantedKind,
} from './channel.ts'

/** What a channel says of topics (Zulip API: `topics_policy`). */
export const topicsPolicies = [
  'inherit',
  'allow_empty_topic',
  'disable_empty_topic',
  'empty_topic_only',
] as const
export type TopicsPolicy = (typeof topicsPolicies)[number]

/** What is to become of a channel, beside its name, description and the like. */
export interface ChannelChange {
  readonly channel: ChannelFacts
  /** The kind it gets; null where it keeps its own. */
  readonly kind: WantedKind | null
  /** Is it archived, or brought back? null for neither. */
  readonly archived: boolean | null
  /** Do new accounts begin or cease to join it by themselves? */
  readonly byDefault: boolean
  /** Changes how long its messages are kept. */
  readonly retention: boolean
  /** What it is to say of topics; null where that is not asked for. */
  readonly topics: TopicsPolicy | null
  /** Permissions in it that are given to somebody else. */
  readonly permissions: readonly ChannelGroupSetting[]
}

/**
 * The kind that a channel is asked to have, null for none: brought back, a web-public one opens to everybody again, which asks
 * for what making it asks for. It may have been archived to take it from there.
 */
export function kindAsked(
  channel: ChannelFacts,
  kind: ChannelKind | null,
  archived: boolean | null,
): ChannelKind | null {
  if (kind || !(channel.archived && archived === false && channel.isWebPublic)) return kind
  const { inviteOnly, historyPublicToSubscribers, isWebPublic } = channel
  return { inviteOnly, historyPublicToSubscribers, isWebPublic }
}

/** Whoever holds one of these may read the channel: who gives them away must be able to, or could let himself in. */
const opening: readonly ChannelGroupSetting[] = ['can_add_subscribers_group', 'can_subscribe_group']

/** Who deletes what in a channel. */
const deleting: readonly ChannelGroupSetting[] = [
  'can_delete_any_message_group',
  'can_delete_own_message_group',
]

/** Saying who deletes what in a channel: administrators, and whom the organisation lets. */
export const setsDeleting = (actor: Actor): boolean =>
  isAdmin(actor) || holdsOfRealm(actor, 'can_set_delete_message_policy_group')

/** Saying which topics a channel has, if not as its organisation: administrators, and whom the organisation lets. */
export const setsTopics = (actor: Actor): boolean =>
  isAdmin(actor) || holdsOfRealm(actor, 'can_set_topics_policy_group')

/**
 * Changing a channel (permissions §6): administrators and the channel's own, who need not read it. Who changes who may
 * read it must be able to read it, and to make a channel of the new kind. An archived one is only brought back.
 */
export function channelChange(actor: Actor, change: ChannelChange): Decision {
  const { channel, kind } = change
  const atoms = channelAtoms(actor, channel)
  if (channel.orgId !== actor.orgId || !holds(channelMetadata, atoms)) return hide('unknown-channel')
  if (channel.archived && change.archived !== false) return hide('archived')
  if (isGuest(actor)) return deny('guests-may-not')
  if (!isAdmin(actor) && !administers(actor, channel)) return deny('admins-only')
  if (change.byDefault && !isAdmin(actor)) return deny('admins-only')
  if (change.retention && !isOwner(actor)) return deny('owners-only')
  if (change.permissions.some((name) => deleting.includes(name)) && !setsDeleting(actor))
    return deny('not-permitted')
  if (change.topics !== null && change.topics !== 'inherit' && !setsTopics(actor))
    return deny('not-permitted')
  const opens = change.permissions.some((name) => opening.includes(name))
  // Whether there are topics already is to be read by who may read it.
  const looks = change.topics === 'empty_topic_only'
  if ((kind || opens || looks) && !holds(channelContent, atoms)) return deny('content-needed')
  return kind ? channelCreate(actor, kind) : allow()
}
