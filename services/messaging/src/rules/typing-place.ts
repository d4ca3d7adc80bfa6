import type { Input, setTyping } from '@parley/api'
import { badRequest } from '@parley/core'
import { byIds, type Named } from './recipient.ts'

/**
 * Where somebody types, as they named it.
 * @throws AppError BAD_REQUEST, in the words of Zulip's API
 */
export function typingPlace(input: Input<typeof setTyping>): Named {
  if (input.type === 'direct' || input.type === 'private') {
    if (input.to === undefined) throw badRequest("Missing 'to' argument")
    if (input.to.length === 0) throw badRequest("Empty 'to' list")
    return byIds(input.to)
  }
  if (input.stream_id === undefined) throw badRequest('Missing stream_id')
  if (input.topic === undefined) throw badRequest('Missing topic')
  return { kind: 'channel', id: input.stream_id }
}

/** What is said to who does not tell others of typing. */
export const typingDisabled = (where: 'direct' | 'channels') =>
  badRequest(
    `User has disabled typing notifications for ${where === 'direct' ? 'direct' : 'channel'} messages`,
  )
