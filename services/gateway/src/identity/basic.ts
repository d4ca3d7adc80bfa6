import { AppError } from '@parley/core'

/** What a request proves itself with. */
export type Credential =
  | { readonly scheme: 'basic'; readonly email: string; readonly apiKey: string }
  | { readonly scheme: 'session'; readonly token: string }

export const unauthorized = (message: string): AppError => new AppError('UNAUTHORIZED', message)
export const notLoggedIn = (): AppError =>
  unauthorized('Not logged in: API authentication or user session required')

/**
 * Reads `Authorization: Basic`, e-mail and API key; white space around both does not count.
 * @throws AppError UNAUTHORIZED where it is missing or malformed
 */
export function basicCredential(header: string | undefined): Credential {
  if (header === undefined || header === '') throw notLoggedIn()
  const encoded = /^basic +([A-Za-z0-9+/]{1,1024}={0,2}) *$/i.exec(header)?.[1]
  if (encoded === undefined) throw unauthorized('Invalid authorization header for basic auth')
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) throw unauthorized('Invalid authorization header for basic auth')
  const email = text.slice(0, colon).trim()
  const apiKey = text.slice(colon + 1).trim()
  if (!/^[A-Za-z0-9]{32}$/.test(apiKey)) throw unauthorized('Malformed API key')
  if (email === '' || email.length > 320 || email.includes('\0') || email.includes('\ufffd'))
    throw unauthorized('Invalid API key')
  return { scheme: 'basic', email, apiKey }
}
