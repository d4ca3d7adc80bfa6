import { channelNameFault, channelNameKey, maxChannelDescriptionLength } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { parseColor } from './color.ts'
import { storable } from './storable.ts'

/** One channel that a request names. */
export interface WantedChannel {
  readonly key: string
  readonly name: string
  /** For a channel that has to be made. */
  readonly description: string
  /** The asked colour as `#rrggbb`; null for the default. */
  readonly color: string | null
}

interface Given {
  readonly name: string
  readonly description?: string | undefined
  readonly color?: string | undefined
}

/**
 * The channels of a request, each name once, in the order of their keys: everybody locks rows in that order.
 * @throws AppError BAD_REQUEST for a name, description or colour that no channel can have
 */
export function wantedChannels(given: readonly Given[]): WantedChannel[] {
  const wanted = new Map<string, WantedChannel>()
  for (const [index, one] of given.entries()) {
    const name = channelName(one.name)
    const key = channelNameKey(name)
    if (!wanted.has(key))
      wanted.set(key, {
        key,
        name,
        description: channelDescription(one.description ?? ''),
        color: colorOf(one, index),
      })
  }
  return [...wanted.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The name as it is kept. @throws AppError BAD_REQUEST for one that no channel can have */
export function channelName(given: string): string {
  const name = given.trim()
  const fault = channelNameFault(name)
  if (fault !== null) throw badRequest(fault)
  return name
}

/** The description as it is kept. @throws AppError BAD_REQUEST for one that no channel can have */
export function channelDescription(given: string): string {
  // A description is one line to every client.
  const text = given.replaceAll('\n', ' ').trim()
  if (text.length > maxChannelDescriptionLength)
    throw badRequest(`description is too long (limit: ${maxChannelDescriptionLength} characters)`)
  if (!storable(text)) throw badRequest('Invalid character in channel description.')
  return text
}

function colorOf(given: Given, index: number): string | null {
  if (given.color === undefined) return null
  const color = parseColor(given.color)
  if (color !== null) return color
  const name = `subscriptions[${index}]["color"]`
  throw new AppError('REQUEST_VARIABLE_INVALID', `${name} is not a valid hex color code`, {
    data: { var_name: 'subscriptions' },
  })
}
