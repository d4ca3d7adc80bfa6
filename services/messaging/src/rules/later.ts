import { badRequest } from '@parley/core'
import type { Named } from './recipient.ts'

/** When to send, where that is to come. @param now milliseconds since the Unix epoch @throws AppError BAD_REQUEST */
export function inFuture(at: number | undefined, now: number): number {
  if (at === undefined || at * 1000 <= now) throw badRequest('Scheduled delivery time must be in the future.')
  return at
}

/** Whom a kept message is for, as its sender could name it. */
export const namedOf = ({
  channel,
  people,
}: {
  readonly channel: number | null
  readonly people: readonly number[] | null
}): Named => (channel === null ? { kind: 'people', ids: people ?? [] } : { kind: 'channel', id: channel })
