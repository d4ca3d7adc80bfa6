import { isIP } from 'node:net'
import { AppError } from '@parley/core'

/** What a Host header stands for: the subdomain (null at the root) and the name as it was asked for. */
export interface Site {
  readonly subdomain: string | null
  readonly hostname: string
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

/**
 * Finds the site of a Host header. The port is ignored: links never repeat what the client claims.
 * @param publicHost the configured name; addresses and the name itself are the root
 * @throws AppError NONEXISTENT_SUBDOMAIN for any other host, BAD_REQUEST where the header is missing or malformed
 */
export function siteOf(header: string | undefined, publicHost: string): Site {
  if (header === undefined || header === '') throw new AppError('BAD_REQUEST', 'Missing Host header')
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?$/.exec(header)
  const hostname = match?.[1]?.toLowerCase().replace(/\.$/, '')
  if (hostname === undefined || hostname === '') throw new AppError('BAD_REQUEST', 'Malformed Host header')
  if (hostname === publicHost || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0)
    return { subdomain: null, hostname }
  const suffix = `.${publicHost}`
  const subdomain = hostname.endsWith(suffix) ? hostname.slice(0, -suffix.length) : ''
  if (!label.test(subdomain)) throw noSuchSite()
  return { subdomain, hostname }
}

export const noSuchSite = (): AppError => new AppError('NONEXISTENT_SUBDOMAIN', 'Invalid subdomain')
