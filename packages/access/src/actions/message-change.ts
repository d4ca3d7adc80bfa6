import { type Actor, isAdmin, isModerator } from '../actor.ts'
import { allowIf, type Decision, deny, hide } from '../decision.ts'
import type {
  ChangingMessage,
  ChannelFacts,
  ChannelMove,
  DeletingMessage,
  MessageFacts,
  TopicMove,
} from '../facts.ts'
import { holdsOfRealm } from '../held.ts'
import { all, atom, holds, not, type Predicate } from '../predicate.ts'
import { administers, type ChannelAtom, channelAtoms, channelContent } from './channel.ts'
import { messageRead } from './message.ts'

/** Seconds that a limit is stretched by for who began in time (permissions §4); deleting has none. */
const grace = 20

const inTime = (age: number, limit: number | null): boolean => limit === null || age <= limit + grace

/** Changing anything about a message asks that it may be read, and that its channel is not archived (permissions §2). */
export function messageChange(actor: Actor, message: MessageFacts): Decision {
  const readable = messageRead(actor, message)
  return readable.ok && message.channel?.archived ? hide('archived') : readable
}

/** Something added to a poll or a list of tasks. */
export interface Answering {
  readonly message: MessageFacts
  /** Does it change what the message's sender asked? */
  readonly authorOnly: boolean
}

/** Adding to it: every reader, but for what its sender asks. */
export function messageAnswer(actor: Actor, { message, authorOnly }: Answering): Decision {
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  return allowIf(!authorOnly || message.senderId === actor.userId, deny('not-sender'))
}

/** Changing what it says: its sender alone, whatever the others' roles are. */
export function messageEdit(actor: Actor, { message, age, policy }: ChangingMessage): Decision {
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  if (!policy.allowEditing) return deny('editing-disabled')
  if (message.senderId !== actor.userId) return deny('not-sender')
  return allowIf(inTime(age, policy.editLimit), deny('too-late'))
}

/** Moves messages of the channel, beside those whom the organisation lets. */
const movesIn = (actor: Actor, channel: ChannelFacts): boolean =>
  isAdmin(actor) || administers(actor, channel)

/** Marking a topic as resolved: whom the organisation lets, or the channel, or the one it goes to. */
const mayResolve = (actor: Actor, channel: ChannelFacts, target: ChannelFacts | null): boolean =>
  holdsOfRealm(actor, 'can_resolve_topics_group') ||
  channelAtoms(actor, channel).can_resolve_topics_group ||
  (target !== null && channelAtoms(actor, target).can_resolve_topics_group)

/** Changing the topic: whoever the organisation lets, administrators, and whom the channel lets or the one it goes to. */
export function messageMoveTopic(actor: Actor, move: TopicMove): Decision {
  const { message, age, policy, resolves, target } = move
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  if (!message.channel) return deny('moving-restricted')
  if (resolves) return allowIf(mayResolve(actor, message.channel, target), deny('moving-restricted'))
  const within = (channel: ChannelFacts): boolean =>
    movesIn(actor, channel) || channelAtoms(actor, channel).can_move_messages_within_channel_group
  const allowed =
    holdsOfRealm(actor, 'can_move_messages_between_topics_group') ||
    within(message.channel) ||
    (target !== null && within(target))
  if (!allowed) return deny('moving-restricted')
  return allowIf(isModerator(actor) || inTime(age, policy.moveWithinLimit), deny('too-late'))
}

/** Channels that a message may be moved to, as far as they are known to be there: others answer as those that are not. */
const channelReachable: Predicate<ChannelAtom> = all(not(atom('archived')), channelContent)

/** Channels that whoever may take a message out of its own puts it into. */
export const channelMoveInto: Predicate<ChannelAtom> = all(channelReachable, atom('can_send_message_group'))

/**
 * Changing the channel (permissions §4): whoever the organisation lets, administrators, and whom the channel that it
 * leaves lets; where it goes they read, and may post.
 */
export function messageMoveChannel(actor: Actor, { message, age, policy, target }: ChannelMove): Decision {
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  const there = channelAtoms(actor, target)
  if (target.orgId !== actor.orgId || !holds(channelReachable, there)) return hide('unknown-channel')
  if (!message.channel) return deny('moving-restricted')
  const allowed =
    holdsOfRealm(actor, 'can_move_messages_between_channels_group') ||
    movesIn(actor, message.channel) ||
    channelAtoms(actor, message.channel).can_move_messages_out_of_channel_group
  if (!allowed) return deny('moving-restricted')
  if (!holds(channelMoveInto, there)) return deny('posting-restricted')
  return allowIf(isModerator(actor) || inTime(age, policy.moveBetweenLimit), deny('too-late'))
}

/**
 * Taking a message away: who may any, or its sender and their bots' owner for a while; the organisation gives both, and the
 * channel. There is no grace.
 */
export function messageDelete(actor: Actor, deleting: DeletingMessage): Decision {
  const { message, age, policy, senderBotOwnerId } = deleting
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  const given = message.channel && channelAtoms(actor, message.channel)
  if (holdsOfRealm(actor, 'can_delete_any_message_group') || given?.can_delete_any_message_group)
    return reachable
  const own = message.senderId === actor.userId || senderBotOwnerId === actor.userId
  const mayOwn = holdsOfRealm(actor, 'can_delete_own_message_group') || given?.can_delete_own_message_group
  if (!own || !mayOwn) return deny('deleting-restricted')
  return allowIf(policy.deleteLimit === null || age <= policy.deleteLimit, deny('too-late'))
}
