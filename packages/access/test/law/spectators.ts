import { messageId, userId } from '@parley/core'
import { decideForSpectator } from '../../src/index.ts'
import { channelFactsOf, org } from './facts.ts'
import type { Channel, Message, Organisation } from './organisation.ts'

/** The same of who has no account: may they see that channel, that message? */
export function libraryForSpectators(organisation: Organisation): {
  readonly channel: (channel: Channel) => boolean
  readonly message: (message: Message) => boolean
} {
  const { channels, realm } = organisation
  const spectator = { orgId: org, letIn: realm.spectators, seesWriters: true }
  const facts = (channel: Channel) => channelFactsOf(channel, false)
  return {
    channel: (channel) => decideForSpectator('spectator:channel', spectator, facts(channel)).ok,
    message: (message) => {
      const channel = message.channel === null ? undefined : channels.get(message.channel)
      return decideForSpectator('spectator:message', spectator, {
        orgId: org,
        messageId: messageId(message.id),
        senderId: userId(message.sender),
        channel: channel ? facts(channel) : null,
        received: message.rows.size > 0,
      }).ok
    },
  }
}
