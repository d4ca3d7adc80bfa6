import { AppError, type Clock, sha256 } from '@parley/core'
import type { Principal } from '@parley/api'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import type { TokenKeys } from '../config/sections.ts'
import { algorithm, audience, Claims, Issuer, leewayS, lifeS, tokenType } from './claims.ts'

/** Checks tokens; each once per process, remembered by digest until it expires. */
export interface TokenVerifier {
  /** @throws AppError UNAUTHORIZED for anything but a good token of now */
  verify(token: string): Promise<Principal>
}

interface Known {
  readonly expiresAtS: number
  readonly principal: Principal
}

/** `mostKnown`: how many tokens are remembered at a time. */
export function createTokenVerifier(jwks: TokenKeys, clock: Clock, mostKnown = 50_000): TokenVerifier {
  const keys = new Map(jwks.keys.map((key) => [key.kid, importJWK(key, algorithm)]))
  const known = new Map<string, Known | Promise<Known>>()
  const nowS = (): number => clock.now() / 1000

  const check = async (token: string): Promise<Known> => {
    const { kid = '' } = decodeProtectedHeader(token)
    const key = keys.get(kid)
    if (!key) throw new TypeError('token of an unknown key')
    const { payload } = await jwtVerify(token, await key, {
      algorithms: [algorithm],
      // Only the gateway's key speaks for the gateway, only the command's for the command.
      issuer: Issuer.parse(kid.split('.')[0]),
      audience,
      typ: tokenType,
      clockTolerance: leewayS,
      maxTokenAge: lifeS,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: new Date(clock.now()),
    })
    return Claims.parse(payload)
  }
  const look = async (token: string): Promise<Known> => {
    const digest = sha256(token).toString('base64')
    const before = known.get(digest)
    if (before) return before
    if (known.size >= mostKnown) makeRoom(known, nowS(), mostKnown)
    const checking = check(token)
    known.set(digest, checking)
    try {
      const found = await checking
      known.set(digest, found)
      return found
    } catch (error) {
      known.delete(digest)
      throw error
    }
  }
  return {
    async verify(token) {
      try {
        const { expiresAtS, principal } = await look(token)
        if (nowS() >= expiresAtS + leewayS) throw new TypeError('token expired')
        return principal
      } catch (error) {
        throw new AppError('UNAUTHORIZED', 'Invalid token', { cause: error })
      }
    },
  }
}

/** Forgets what expired; where everything is still good, the oldest half, which is checked again when seen. */
function makeRoom(known: Map<string, Known | Promise<Known>>, nowS: number, mostKnown: number): void {
  for (const [digest, entry] of known)
    if (!(entry instanceof Promise) && entry.expiresAtS + leewayS <= nowS) known.delete(digest)
  if (known.size < mostKnown) return
  for (const digest of [...known.keys()].slice(0, mostKnown / 2)) known.delete(digest)
}
