import { badRequest } from '@parley/core'

/** Most memberships that one request changes: all of it happens behind the head, where everybody waits. */
const mostMemberships = 10_000

/** @throws AppError BAD_REQUEST where so many channels for so many people are too many at once */
export function refuseTooMany(channels: number, people: number): void {
  if (channels * people > mostMemberships)
    throw badRequest(`Too many subscriptions at once (limit: ${mostMemberships})`)
}
