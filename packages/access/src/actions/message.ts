import type { GroupId } from '@parley/core'
import { type Actor, isGuest } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts, DirectFacts, MessageFacts } from '../facts.ts'
import { holdsOfRealm } from '../held.ts'
import { all, any, atom, holds, not, type Predicate } from '../predicate.ts'
import { userSee } from './sight.ts'
import { channelAtoms, channelGroupContent, channelMetadata, type ChannelAtom } from './channel.ts'

/** May post to the channel, as far as reaching it goes (permissions §3, access rule). */
const channelSend: Predicate<ChannelAtom> = all(
  not(atom('archived')),
  any(
    atom('web-public'),
    atom('subscribed'),
    all(not(atom('private')), not(atom('guest'))),
    all(atom('shared-history'), channelGroupContent),
  ),
)

export type SendTarget =
  | {
      readonly kind: 'channel'
      readonly channel: ChannelFacts
      /** Is the actor a bot whose owner is subscribed? Then the bot may post, though not read. */
      readonly ownerSubscribed: boolean
      /** The groups of a bot's owner: where the owner may post, the bot may. Empty for everybody else. */
      readonly ownerGroups: ReadonlySet<GroupId>
    }
  | { readonly kind: 'direct'; readonly direct: DirectFacts }

/** Sending (permissions §3). Whoever may not know of the channel is told that there is none. */
export function messageSend(actor: Actor, target: SendTarget): Decision {
  return target.kind === 'direct' ? sendDirect(actor, target.direct) : sendToChannel(actor, target)
}

function sendDirect(actor: Actor, direct: DirectFacts): Decision {
  if (direct.orgId !== actor.orgId) return hide('other-org')
  if (!direct.participants.some((p) => p.userId === actor.userId)) return deny('not-participant')
  // Before anything is said of them: whom the actor does not see is nobody to write to.
  const seen = direct.participants.every((p) => userSee(actor, { orgId: direct.orgId, ...p }).ok)
  if (!seen) return hide('unknown-user')
  if (!direct.participants.every((p) => p.isActive)) return deny('recipient-inactive')
  // Bots, and who writes to bots or to nobody else, ask for no permission (permissions §3).
  if (actor.isBot || direct.participants.every((p) => p.isBot || p.userId === actor.userId)) return allow()
  if (!direct.participants.some((p) => p.permits)) return deny('direct-not-permitted')
  return allowIf(
    direct.begun || holdsOfRealm(actor, 'direct_message_initiator_group'),
    deny('direct-not-begun'),
  )
}

function sendToChannel(actor: Actor, target: SendTarget & { kind: 'channel' }): Decision {
  const { channel } = target
  if (channel.orgId !== actor.orgId) return hide('other-org')
  // Permissions §3: what it says goes to the channel's readers, whoever may post there.
  if (actor.isSystemBot) return channel.archived ? hide('archived') : allow()
  const atoms = channelAtoms(actor, channel)
  const throughOwner = actor.isBot && target.ownerSubscribed
  const known = holds(channelMetadata, atoms)
  if (!throughOwner && !known) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  if (!throughOwner && !holds(channelSend, atoms)) return deny('not-subscribed')
  // A role overrides nothing: owners too need the permission (permissions §3, group rule).
  const { can_send_message_group: group } = channel.groups
  const posts = atoms.can_send_message_group || (actor.isBot && target.ownerGroups.has(group))
  return allowIf(posts, known ? deny('posting-restricted') : hide('unknown-channel'))
}

/** Mentioning everybody at once: where they are more than 15, whom the organisation lets (permissions §3). */
export function messageMentionAll(actor: Actor, audience: { readonly many: boolean }): Decision {
  return allowIf(!audience.many || holdsOfRealm(actor, 'can_mention_many_users_group'), deny('not-permitted'))
}

export type MessageAtom = ChannelAtom | 'direct' | 'received'

/** The central predicate (permissions §2, canRead): one message, one reader. */
export const messageContent: Predicate<MessageAtom> = any(
  all(atom('direct'), atom('received')),
  all(
    not(atom('direct')),
    any(
      all(not(atom('private')), not(atom('guest'))),
      all(any(atom('subscribed'), channelGroupContent), any(atom('shared-history'), atom('received'))),
    ),
  ),
)

/** What a channel's history shows to who looks through it (permissions §2): web-public ones show theirs to everybody. */
export const messageHistory: Predicate<MessageAtom> = any(
  messageContent,
  all(not(atom('direct')), atom('web-public')),
)

const noChannel: Record<ChannelAtom, boolean> = {
  'web-public': false,
  private: false,
  'shared-history': false,
  archived: false,
  subscribed: false,
  guest: false,
  admin: false,
  can_add_subscribers_group: false,
  can_administer_channel_group: false,
  can_create_topic_group: false,
  can_delete_any_message_group: false,
  can_delete_own_message_group: false,
  can_move_messages_out_of_channel_group: false,
  can_move_messages_within_channel_group: false,
  can_remove_subscribers_group: false,
  can_resolve_topics_group: false,
  can_send_message_group: false,
  can_subscribe_group: false,
}

export function messageAtoms(actor: Actor, message: MessageFacts): Record<MessageAtom, boolean> {
  return {
    ...(message.channel ? channelAtoms(actor, message.channel) : { ...noChannel, guest: isGuest(actor) }),
    direct: message.channel === null,
    received: message.received,
  }
}

export function messageRead(actor: Actor, message: MessageFacts): Decision {
  if (message.orgId !== actor.orgId) return hide('other-org')
  return holds(messageContent, messageAtoms(actor, message)) ? allow() : hide('no-history')
}

/** Looking through the channel that it is in: more than may be read of single messages. */
export function messageLook(actor: Actor, message: MessageFacts): Decision {
  if (message.orgId !== actor.orgId) return hide('other-org')
  return holds(messageHistory, messageAtoms(actor, message)) ? allow() : hide('no-history')
}
