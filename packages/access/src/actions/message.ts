import { type Actor, isGuest } from '../actor.ts'
import { allow, allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChannelFacts, DirectFacts, MessageFacts } from '../facts.ts'
import { all, any, atom, holds, not, type Predicate } from '../predicate.ts'
import { channelAtoms, channelContent, type ChannelAtom } from './channel.ts'

/** May post to the channel (permissions §3, access rule; the group rule is everyone for now). */
const channelSend: Predicate<ChannelAtom> = all(
  not(atom('archived')),
  any(atom('web-public'), atom('subscribed'), all(not(atom('private')), not(atom('guest')))),
)

export type SendTarget =
  | { readonly kind: 'channel'; readonly channel: ChannelFacts }
  | { readonly kind: 'direct'; readonly direct: DirectFacts }

export function messageSend(actor: Actor, target: SendTarget): Decision {
  if (target.kind === 'direct') {
    if (target.direct.orgId !== actor.orgId) return hide('other-org')
    if (!target.direct.participants.some((p) => p.userId === actor.userId)) return deny('not-participant')
    return allowIf(
      target.direct.participants.every((p) => p.isActive),
      deny('recipient-inactive'),
    )
  }
  const { channel } = target
  if (channel.orgId !== actor.orgId) return hide('other-org')
  const atoms = channelAtoms(actor, channel)
  if (!holds(channelContent, atoms)) return hide('unknown-channel')
  if (channel.archived) return hide('archived')
  return allowIf(holds(channelSend, atoms), deny('not-subscribed'))
}

export type MessageAtom = ChannelAtom | 'direct' | 'received'

/** The central predicate (permissions §2, canRead): one message, one reader. */
export const messageContent: Predicate<MessageAtom> = any(
  all(atom('direct'), atom('received')),
  all(
    not(atom('direct')),
    any(
      all(not(atom('private')), not(atom('guest'))),
      all(atom('subscribed'), any(atom('shared-history'), atom('received'))),
    ),
  ),
)

const noChannel: Record<ChannelAtom, boolean> = {
  'web-public': false,
  private: false,
  'shared-history': false,
  archived: false,
  subscribed: false,
  guest: false,
  admin: false,
  administers: false,
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
