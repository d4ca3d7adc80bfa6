import type { Ids } from '@parley/core'

/** How long a session lives at most, milliseconds (two weeks). */
export const sessionLifeMs = 14 * 24 * 60 * 60 * 1000

/** A new session's token: 256 random bits as 43 characters of base64url. */
export const newSessionToken = (ids: Ids): string => ids.bytes(32).toString('base64url')

/** Could it be a session's token at all? */
export const looksLikeSessionToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)
