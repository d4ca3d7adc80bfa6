import { type Actor, authorize } from '@parley/access'
import { badRequest, type Rights, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { readMessageFacts } from '../facts/message-facts.ts'
import { readNotificationBot } from '../facts/notification-bot.ts'
import { readMessage } from '../repo/messages.ts'
import type { ScheduledRow } from '../repo/scheduled.ts'
import { sentText } from '../rules/reminder-text.ts'

/** Whose words they are, who says them, and for whom they name people and channels. */
export interface Voices {
  readonly writer: Actor
  readonly speaker: Actor
  readonly seenBy: Actor
  /** That the writer was read under. */
  readonly rights: Rights
}

/**
 * The bot says what it is to say, and reminders of what people want to be reminded of; everybody else says their own. What
 * it says to one person is rendered for them, so that it names nothing they do not see.
 * @throws AppError BAD_REQUEST where the writer's account is not in use
 */
export async function readVoices(tx: Tx, row: ScheduledRow): Promise<Voices> {
  if (row.notice) {
    const { actor: bot, rights } = await readNotificationBot(tx)
    const to = row.people?.find((id) => id !== row.user)
    const receiver = to === undefined ? null : (await readActor(tx, userId(to))).actor
    return { writer: bot, speaker: bot, seenBy: receiver ?? bot, rights }
  }
  const { actor, rights } = await readActor(tx, userId(row.user))
  if (!actor?.isActive) throw badRequest('Account is deactivated')
  const speaker = row.about === null ? actor : (await readNotificationBot(tx)).actor
  return { writer: actor, speaker, seenBy: actor, rights }
}

/** A reminder's text with the message it is about. @throws AppError BAD_REQUEST where it may not be read */
export async function reminding(tx: Tx, actor: Actor, row: ScheduledRow, about: number): Promise<string> {
  const facts = await readMessageFacts(tx, actor, about)
  const verdict = facts && authorize('message:read', actor, facts, (await readActor(tx, actor.userId)).rights)
  if (!verdict?.ok) throw badRequest('Invalid message(s)')
  const [message] = (await readMessage(tx, verdict.granted)).rows
  if (!message) throw badRequest('Invalid message(s)')
  return sentText(row.content, message.senderId, message.content)
}
