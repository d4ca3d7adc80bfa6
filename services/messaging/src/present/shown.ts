import { type FetchedMessage, unknownEmail } from '@parley/api'
import type { Linkifiers } from '@parley/markdown'
import type { Messages } from '../repo/messages.ts'
import { type MessageStyle, presentMessages } from './message.ts'

/** How somebody without an account wants messages. */
export type ShownStyle = Pick<MessageStyle, 'applyMarkdown' | 'emptyTopicKnown'> & {
  readonly linkifiers: Linkifiers
}

/** Messages for who has no account: nobody's address, nothing that was there before, and all of it read. */
export const presentShown = (messages: Messages, style: ShownStyle): FetchedMessage[] =>
  presentMessages(messages, { ...style, historyVisibility: 'none' }).map((message) => ({
    ...message,
    sender_email: unknownEmail(message.sender_id),
    flags: ['read'],
  }))
