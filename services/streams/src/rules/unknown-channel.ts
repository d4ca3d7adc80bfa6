import { AppError, badRequest } from '@parley/core'

/** The answer for an id that stands for no channel the actor may know of, whether there is one or not. */
export const invalidChannelId = (): AppError => badRequest('Invalid channel ID')

/** The same for a name of which a channel was to be left. */
export const noSuchChannel = (name: string): AppError =>
  new AppError('STREAM_DOES_NOT_EXIST', `Channel '${name}' does not exist`, { data: { stream: name } })

/** The same for a name of which a channel was to be joined: one cannot be made beside it. */
export const noAccess = (name: string): AppError => badRequest(`Unable to access channel (${name}).`)

/** A name that another channel has in some spelling. */
export const nameTaken = (name: string): AppError => badRequest(`Channel '${name}' already exists`)

/** The same for a name that was asked for by itself. */
export const unknownName = (name: string): AppError => badRequest(`Invalid channel name '${name}'`)
