import { badRequest } from '@parley/core'

/** Longest message, in code points (Zulip API: `max_message_length`). */
export const maxMessageLength = 10_000
/** Longest topic, in code points (Zulip API: `max_topic_length`). */
export const maxTopicLength = 60

const truncated = '\n[message truncated]'

/**
 * A message's source as it is stored: without leading empty lines and trailing white space, cut to
 * `longest`. Throws `BAD_REQUEST` when it is empty, holds a NUL or is not valid Unicode.
 */
export function normaliseContent(source: string, longest = maxMessageLength): string {
  const content = source.trimEnd().replace(/^\n+/, '')
  if (content === '') throw badRequest('Message must not be empty')
  if (content.includes('\0')) throw badRequest('Message must not contain null bytes')
  if (!content.isWellFormed()) throw badRequest('Message must be valid Unicode')
  return cut(content, longest, truncated)
}

/**
 * A topic as it is stored: stripped and cut to `longest`; the names of the nameless topic
 * become the empty string. Throws `BAD_REQUEST` when a character is not printable.
 */
export function normaliseTopic(topic: string, longest = maxTopicLength): string {
  const stripped = topic.trim()
  let position = 0
  for (const character of stripped) {
    position += 1
    if (/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(character))
      throw badRequest(`Invalid character in topic, at position ${position}!`)
  }
  if (stripped === '(no topic)' || stripped === 'general chat') return ''
  return cut(stripped, longest, '...')
}

function cut(text: string, max: number, mark: string): string {
  if (text.length <= max) return text
  const points = Array.from(text)
  return points.length <= max ? text : points.slice(0, max - mark.length).join('') + mark
}
