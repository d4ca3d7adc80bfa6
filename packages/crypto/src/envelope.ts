import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type AppError, internal, Secret } from '@parley/core'

const cipher = 'aes-256-gcm'
/** The first byte of everything sealed, so that another form can come. */
const form = 1
const nonceBytes = 12
const tagBytes = 16
export const keyBytes = 32

/** A key of 32 bytes; nothing prints it. */
export type Key = Secret<Uint8Array>

/**
 * Encrypts and authenticates (AES-256-GCM).
 * @param about what it is and where it belongs: what is sealed for one place opens at no other
 * @param nonce 12 random bytes, never used with this key before
 */
export function seal(key: Key, plain: Uint8Array, about: string, nonce: Uint8Array): Buffer {
  if (nonce.length !== nonceBytes) throw new TypeError('a nonce has 12 bytes')
  const sealing = createCipheriv(cipher, key.expose(), nonce).setAAD(Buffer.from(about))
  const text = Buffer.concat([sealing.update(plain), sealing.final()])
  return Buffer.concat([Buffer.of(form), nonce, sealing.getAuthTag(), text])
}

/** Opens what `seal` made. @throws AppError INTERNAL where the key, the place or a byte of it is another */
export function unseal(key: Key, sealed: Uint8Array, about: string): Buffer {
  const [nonceAt, tagAt, textAt] = [1, 1 + nonceBytes, 1 + nonceBytes + tagBytes]
  if (sealed[0] !== form || sealed.length < textAt) throw unreadable()
  const opening = createDecipheriv(cipher, key.expose(), sealed.subarray(nonceAt, tagAt))
  opening.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(tagAt, textAt))
  try {
    return Buffer.concat([opening.update(sealed.subarray(textAt)), opening.final()])
  } catch (cause) {
    throw unreadable(cause)
  }
}

const unreadable = (cause?: unknown): AppError =>
  internal(new Error('sealed data cannot be opened', cause === undefined ? undefined : { cause }))

/** A key from its 32 bytes in Base64. @returns undefined where they are not that */
export function parseKey(text: string): Key | undefined {
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : null
  return bytes?.length === keyBytes ? new Secret<Uint8Array>(bytes) : undefined
}
