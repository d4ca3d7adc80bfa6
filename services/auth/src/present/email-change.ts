import { type AppError, badRequest } from '@parley/core'

/** The answer to every secret that confirms nothing, whatever the reason. */
export const confirmsNothing = (): AppError => badRequest('Invalid or expired confirmation.')

/** The answer where no mail can be sent. */
export const noAddressMail = (): AppError =>
  badRequest('This server sends no e-mail, which another address needs. Its operator can set that up.')
