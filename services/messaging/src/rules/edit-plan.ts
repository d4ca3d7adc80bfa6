import { AppError, badRequest, sha256 } from '@parley/core'
import { widgetIn } from '@parley/api'
import type { MessageSettings } from '../facts/message-settings.ts'
import { normaliseContent, normaliseTopic } from '@parley/markdown'
import { bareTopic, checkResolvable, resolvedPrefix } from './resolved.ts'

/** What a client asks to change of a message. */
export interface EditAsked {
  readonly content?: string | undefined
  readonly topic?: string | undefined
  readonly stream_id?: number | undefined
  readonly propagate_mode: 'change_one' | 'change_later' | 'change_all'
  readonly prev_content_sha256?: string | undefined
}

/** The message as it is. */
export interface EditedMessage {
  readonly content: string
  readonly topic: string
  /** Has its text been another? Then it is no widget. */
  readonly edited: boolean
  /** Null for a direct message. */
  readonly channel: number | null
}

/** What changes; null for what stays. */
export interface EditPlan {
  readonly content: string | null
  readonly topic: string | null
}

/** Most code points of what is new; the server's own limits where there are no others. */
type Longest = MessageSettings['longest']

/**
 * Understands what is to change.
 * @throws AppError BAD_REQUEST, in the words of Zulip's API; EXPECTATION_MISMATCH where the text is not what the client saw
 */
export function planEdit(asked: EditAsked, message: EditedMessage, longest?: Longest): EditPlan {
  const { channel } = message
  const moves = asked.stream_id !== undefined && asked.stream_id !== channel
  if (asked.propagate_mode !== 'change_one' && asked.topic === undefined && asked.stream_id === undefined)
    throw badRequest('Invalid propagate_mode without topic edit')
  if (channel === null && asked.stream_id !== undefined)
    throw badRequest('Direct messages cannot be moved to channels.')
  if (channel === null && asked.topic !== undefined) throw badRequest('Direct messages cannot have topics.')
  if (moves && asked.content !== undefined)
    throw badRequest('Cannot change message content while changing channel')
  const plan = { content: contentOf(asked, message, longest), topic: topicOf(asked, message, longest) }
  if (plan.content === null && plan.topic === null && !moves) throw badRequest('Nothing to change')
  return plan
}

function contentOf(
  { content, prev_content_sha256: seen }: EditAsked,
  message: EditedMessage,
  longest?: Longest,
): string | null {
  if (content === undefined) return null
  // What hangs on them would not fit another text.
  if (!message.edited && widgetIn(message.content)) throw badRequest('Widgets cannot be edited.')
  if (seen !== undefined && seen.toLowerCase() !== sha256(message.content).toString('hex'))
    throw new AppError(
      'EXPECTATION_MISMATCH',
      "'prev_content_sha256' value does not match the expected value.",
      { data: { field_name: 'prev_content_sha256' } },
    )
  return content.trim() === '' ? '(deleted)' : normaliseContent(content, longest?.content)
}

function topicOf({ topic: given }: EditAsked, message: EditedMessage, longest?: Longest): string | null {
  if (given === undefined) return null
  const whole = normaliseTopic(given)
  // A topic from before the organisation wanted shorter ones keeps its name, resolved or not.
  const kept = whole === message.topic || togglesResolved(message.topic, whole)
  const topic = kept ? whole : normaliseTopic(given, longest?.topic)
  if (topic === message.topic) return null
  checkResolvable(topic)
  return topic
}

/** Does a change of topic only mark it as resolved, or as not? */
export const togglesResolved = (before: string, after: string): boolean =>
  before.startsWith(resolvedPrefix) !== after.startsWith(resolvedPrefix) &&
  bareTopic(before) === bareTopic(after)
