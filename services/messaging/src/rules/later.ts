import { maxScheduled, maxScheduledBytes } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Named } from './recipient.ts'

/** When to send, where that is to come. @param now milliseconds since the Unix epoch @throws AppError BAD_REQUEST */
export function inFuture(at: number | undefined, now: number): number {
  if (at === undefined || at * 1000 <= now) throw badRequest('Scheduled delivery time must be in the future.')
  return at
}

/**
 * There is room for one more besides what is kept.
 * @throws AppError BAD_REQUEST
 */
export function roomFor(
  what: 'scheduled messages' | 'reminders',
  kept: { readonly count: number; readonly bytes: number },
  content: string,
  rendered: string,
): void {
  if (kept.count >= maxScheduled) throw badRequest(`Too many ${what} (limit: ${maxScheduled})`)
  if (kept.bytes + Buffer.byteLength(content) + Buffer.byteLength(rendered) > maxScheduledBytes)
    throw badRequest(
      `Scheduled messages and reminders are too long together (limit: ${maxScheduledBytes} bytes)`,
    )
}

const longestWait = 300
const mostAttempts = 300

/**
 * How long one that failed by a fault of ours waits until it is tried again: doubling from a second to five minutes.
 * @param attempts how often it failed before
 * @returns seconds; null where it is given up, after a day of trying
 */
export const waitAfter = (attempts: number): number | null =>
  attempts + 1 >= mostAttempts ? null : Math.min(2 ** attempts, longestWait)

/** Whom a kept message is for, as its sender could name it. */
export const namedOf = ({
  channel,
  people,
}: {
  readonly channel: number | null
  readonly people: readonly number[] | null
}): Named => (channel === null ? { kind: 'people', ids: people ?? [] } : { kind: 'channel', id: channel })
