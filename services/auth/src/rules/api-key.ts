import type { Ids } from '@parley/core'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const length = 32

/** A new API key: 32 characters of A–Z, a–z and 0–9, each equally likely (about 190 bits). */
export function newApiKey(ids: Ids): string {
  // Bytes above the largest multiple of 62 would favour the first letters.
  const fair = 256 - (256 % alphabet.length)
  let key = ''
  while (key.length < length) {
    for (const byte of ids.bytes(length)) {
      if (byte < fair && key.length < length) key += alphabet[byte % alphabet.length]
    }
  }
  return key
}

/** Could it be an API key at all? Says nothing about whether it is one. */
export const looksLikeApiKey = (text: string): boolean => /^[A-Za-z0-9]{32}$/.test(text)
