import type { UserId } from '@parley/core'
import { type Actor, isAdmin, isGuest } from '../actor.ts'
import { type ChannelGroupSetting, type ChannelGroups } from '../channel-groups.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'
import { has, holdsOfRealm } from '../held.ts'
import { permissionSettings } from '../permission-settings.ts'
import { all, any, atom, holds, not, type Predicate } from '../predicate.ts'

/** An atom with the name of a permission says that the actor holds it. */
export type ChannelAtom =
  | ChannelGroupSetting
  | 'web-public'
  | 'private'
  | 'shared-history'
  | 'archived'
  | 'subscribed'
  | 'guest'
  | 'admin'

const openToMembers = all<ChannelAtom>(not(atom('private')), not(atom('guest')))

/** May read what is said there without being in it, because a permission says so (permissions: groupContent). */
export const channelGroupContent: Predicate<ChannelAtom> = any(
  atom('can_subscribe_group'),
  atom('can_add_subscribers_group'),
)

/** May read what is said there (permissions: content). */
export const channelContent: Predicate<ChannelAtom> = any(
  atom('web-public'),
  atom('subscribed'),
  openToMembers,
  channelGroupContent,
)

/** May know that it exists and how it is set up (permissions: metadata). */
export const channelMetadata: Predicate<ChannelAtom> = any(
  channelContent,
  all(not(atom('guest')), atom('admin')),
  atom('can_administer_channel_group'),
)

/** May read messages from before the subscription (permissions: history). */
export const channelHistory: Predicate<ChannelAtom> = any(
  atom('web-public'),
  openToMembers,
  all(atom('shared-history'), channelContent),
)

export function channelAtoms(actor: Actor, channel: ChannelFacts): Record<ChannelAtom, boolean> {
  return {
    'web-public': channel.isWebPublic,
    private: channel.inviteOnly,
    'shared-history': channel.historyPublicToSubscribers,
    archived: channel.archived,
    subscribed: channel.subscribed,
    guest: isGuest(actor),
    admin: isAdmin(actor),
    ...groupAtoms(actor, channel.groups),
  }
}

const { stream } = permissionSettings

const groupAtoms = (actor: Actor, groups: ChannelGroups): Record<ChannelGroupSetting, boolean> => {
  const holdsIt = (name: ChannelGroupSetting): boolean => has(actor, stream[name], groups[name])
  return {
    can_add_subscribers_group: holdsIt('can_add_subscribers_group'),
    can_administer_channel_group: holdsIt('can_administer_channel_group'),
    can_create_topic_group: holdsIt('can_create_topic_group'),
    can_delete_any_message_group: holdsIt('can_delete_any_message_group'),
    can_delete_own_message_group: holdsIt('can_delete_own_message_group'),
    can_move_messages_out_of_channel_group: holdsIt('can_move_messages_out_of_channel_group'),
    can_move_messages_within_channel_group: holdsIt('can_move_messages_within_channel_group'),
    can_remove_subscribers_group: holdsIt('can_remove_subscribers_group'),
    can_resolve_topics_group: holdsIt('can_resolve_topics_group'),
    can_send_message_group: holdsIt('can_send_message_group'),
    can_subscribe_group: holdsIt('can_subscribe_group'),
  }
}

/** Is the channel the actor's to administer, whatever their role? */
export const administers = (actor: Actor, channel: ChannelFacts): boolean =>
  has(actor, stream.can_administer_channel_group, channel.groups.can_administer_channel_group)

const within = (rule: Predicate<ChannelAtom>, actor: Actor, channel: ChannelFacts): boolean =>
  actor.orgId === channel.orgId && holds(rule, channelAtoms(actor, channel))

/** Knowing of a channel, archived or not: lists and events. */
export function channelKnow(actor: Actor, channel: ChannelFacts): Decision {
  return allowIf(within(channelMetadata, actor, channel), hide('unknown-channel'))
}

/** Looking at one channel and its subscribers by id; an archived one answers as if it did not exist. */
export function channelView(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  return channel.archived ? hide('archived') : allow()
}

/** Asking for a channel's id by its name: only where its content may be read. */
export function channelFind(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelContent, actor, channel)) return hide('unknown-channel')
  return channel.archived ? hide('archived') : allow()
}

/** Reading what is said there, archived or not. */
export function channelRead(actor: Actor, channel: ChannelFacts): Decision {
  return allowIf(within(channelContent, actor, channel), hide('unknown-channel'))
}

/** Coming into channels at all: guests are brought in by others. */
export function channelJoin(actor: Actor): Decision {
  return allowIf(!isGuest(actor), deny('guests-may-not'))
}

/** The mixes of flags a channel may have (Zulip API: channel privacy). */
export interface ChannelKind {
  readonly inviteOnly: boolean
  readonly historyPublicToSubscribers: boolean
  readonly isWebPublic: boolean
}

/** A kind that somebody wants a channel to have. */
export interface WantedKind extends ChannelKind {
  /** Do the server and the organisation let there be web-public channels (`enable_spectator_access`)? */
  readonly webPublicEnabled: boolean
}

/**
 * Making a channel of a kind: whoever the organisation lets. Web-public ones are made where the server and the
 * organisation let there be any, by who has the right to public ones too.
 */
export function channelCreate(actor: Actor, wanted: WantedKind): Decision {
  if (isGuest(actor)) return deny('guests-may-not')
  if (wanted.isWebPublic && !wanted.webPublicEnabled) return deny('web-public-disabled')
  if (wanted.isWebPublic && !holdsOfRealm(actor, 'can_create_web_public_channel_group'))
    return deny('not-permitted')
  const name = wanted.inviteOnly ? 'can_create_private_channel_group' : 'can_create_public_channel_group'
  return allowIf(holdsOfRealm(actor, name), deny('not-permitted'))
}

/** Joining oneself: never guests; a private channel only by a permission or through somebody who is in it. */
export function channelSubscribe(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  if (isGuest(actor)) return deny('guests-may-not')
  return allowIf(within(channelContent, actor, channel), deny('not-subscribed'))
}

/**
 * Adding other people (permissions §6): of those who may read the channel, administrators, the channel's own, and whom
 * the organisation or the channel lets. An administrator has no content of a private channel by being one, so cannot
 * let anybody in.
 */
export function channelAddSubscribers(actor: Actor, channel: ChannelFacts): Decision {
  const joins = channelSubscribe(actor, channel)
  if (!joins.ok) return joins
  const may =
    isAdmin(actor) || holdsOfRealm(actor, 'can_add_subscribers_group') || within(channelAdd, actor, channel)
  return allowIf(may, deny('not-permitted'))
}

const channelAdd: Predicate<ChannelAtom> = any(
  atom('can_administer_channel_group'),
  atom('can_add_subscribers_group'),
)

/** Who removes others: administrators (private channels they are not in, too), the channel's own, and who may. */
const channelRemove: Predicate<ChannelAtom> = any(
  atom('admin'),
  atom('can_administer_channel_group'),
  atom('can_remove_subscribers_group'),
)

/** Removing other people. */
function removeOthers(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  if (isGuest(actor)) return deny('guests-may-not')
  return allowIf(within(channelRemove, actor, channel), deny('admins-only'))
}

/** Somebody leaving a channel: whose subscription, and the channel as the actor sees it. */
export interface Leaving {
  readonly channel: ChannelFacts
  readonly subject: {
    readonly userId: UserId
    readonly botOwnerId: UserId | null
    /** Has the subject an active subscription? */
    readonly subscribed: boolean
  }
}

/** Ending one subscription: always one's own and one's own bot's; others' as `removeOthers` says. */
export function channelUnsubscribe(actor: Actor, { channel, subject }: Leaving): Decision {
  const own = subject.userId === actor.userId || subject.botOwnerId === actor.userId
  if (!own) return removeOthers(actor, channel)
  if (actor.orgId !== channel.orgId) return hide('other-org')
  if (!subject.subscribed && !within(channelMetadata, actor, channel)) return hide('unknown-channel')
  return channel.archived ? hide('archived') : allow()
}

/** Taking a whole topic away: administrators, of what they may read. */
export function channelDeleteTopic(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelContent, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  return allowIf(isAdmin(actor), deny('admins-only'))
}
