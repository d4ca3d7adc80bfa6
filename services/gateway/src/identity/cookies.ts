import { AppError, sameSecret } from '@parley/core'

export const sessionCookie = '__Host-sessionid'
export const csrfCookie = '__Host-csrftoken'

/** The value of a cookie; null where it is absent, or given more than once. */
export function cookie(header: string | undefined, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && /^[\w-]{1,200}$/.test(value) ? value : null
}

/** A cookie that only this host's pages send, over TLS only, and no script reads. `maxAgeS` 0 deletes it. */
export const setCookie = (name: string, value: string, maxAgeS: number): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${maxAgeS}`

/**
 * The double-submit check: a page of another site can make the browser send the cookie, but cannot read it to say it again.
 * @param said the `X-CSRFToken` header or the `csrfmiddlewaretoken` field
 * @throws AppError CSRF_FAILED
 */
export function checkCsrf(header: string | undefined, said: string | undefined): void {
  const token = cookie(header, csrfCookie)
  if (token === null) throw csrfFailed('CSRF cookie not set.')
  if (said === undefined || said === '') throw csrfFailed('CSRF token missing.')
  if (!sameSecret(token, said)) throw csrfFailed('CSRF token incorrect.')
}

/** Browsers say where a request comes from. @throws AppError CSRF_FAILED where it is not from here */
export function checkOrigin(origin: string | undefined, host: string): void {
  if (origin === undefined) return
  if (origin.toLowerCase() !== `https://${host.toLowerCase()}`) throw csrfFailed('Origin checking failed.')
}

const csrfFailed = (reason: string): AppError =>
  new AppError('CSRF_FAILED', 'CSRF error', { data: { reason } })
