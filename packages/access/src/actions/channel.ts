import { type Actor, isAdmin, isGuest } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts } from '../facts.ts'
import { all, any, atom, holds, not, type Predicate } from '../predicate.ts'

export type ChannelAtom =
  | 'web-public'
  | 'private'
  | 'shared-history'
  | 'archived'
  | 'subscribed'
  | 'guest'
  | 'admin'
  | 'administers'

const openToMembers = all<ChannelAtom>(not(atom('private')), not(atom('guest')))

/** May read what is said there (permissions: content). */
export const channelContent: Predicate<ChannelAtom> = any(
  atom('web-public'),
  atom('subscribed'),
  openToMembers,
)

/** May know that it exists and how it is set up (permissions: metadata). */
export const channelMetadata: Predicate<ChannelAtom> = any(
  channelContent,
  all(not(atom('guest')), any(atom('admin'), atom('administers'))),
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
    administers: channel.administers,
  }
}

const within = (rule: Predicate<ChannelAtom>, actor: Actor, channel: ChannelFacts): boolean =>
  actor.orgId === channel.orgId && holds(rule, channelAtoms(actor, channel))

/** Metadata of a channel; an archived one answers as if it did not exist, except where reading allows it. */
export function channelKnow(actor: Actor, channel: ChannelFacts): Decision {
  return allowIf(within(channelMetadata, actor, channel), hide('unknown-channel'))
}

export function channelRead(actor: Actor, channel: ChannelFacts): Decision {
  return allowIf(within(channelContent, actor, channel), hide('unknown-channel'))
}

export function channelCreate(actor: Actor): Decision {
  return allowIf(!isGuest(actor), deny('guests-may-not'))
}

/** Joining oneself: public channels for members; a private one only through somebody else. */
export function channelSubscribe(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  if (isGuest(actor) && !channel.subscribed) return deny('guests-may-not')
  return allowIf(within(channelContent, actor, channel), deny('not-subscribed'))
}

/** Adding other people: whoever may read the channel and is no guest. */
export function channelAddSubscribers(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  if (isGuest(actor)) return deny('guests-may-not')
  return allowIf(within(channelContent, actor, channel), deny('not-subscribed'))
}

/** Removing other people: administrators and the channel's own. */
export function channelRemoveSubscribers(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  return allowIf(isAdmin(actor) || channel.administers, deny('admins-only'))
}

/** Leaving: always one's own right where one knows the channel. */
export function channelUnsubscribe(actor: Actor, channel: ChannelFacts): Decision {
  if (!within(channelMetadata, actor, channel)) return hide('unknown-channel')
  return channel.archived ? hide('archived') : allow()
}
