import { maxDefaultChannels } from '@parley/api'
import { badRequest } from '@parley/core'

/** @throws AppError BAD_REQUEST where these, with one that is to be new among them, are too many */
export function refuseManyDefaults(channels: readonly number[]): void {
  if (channels.length > maxDefaultChannels)
    throw badRequest(`Too many default channels (limit: ${maxDefaultChannels})`)
}
