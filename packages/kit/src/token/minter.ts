import type { Principal } from '@parley/api'
import type { Clock } from '@parley/core'
import { importJWK, SignJWT } from 'jose'
import type { TokenKey } from '../config/sections.ts'
import { algorithm, audience, Issuer, lifeS, tokenType } from './claims.ts'

/** Signs tokens: one per principal and minute, however many calls are made with it. */
export interface TokenMinter {
  /** A token that is good for at least twenty seconds more. */
  mint(principal: Principal): Promise<string>
}

/** Below this a remembered token is not handed out any more, seconds. */
const leastLeftS = 20

/**
 * `mostKnown`: how many tokens are remembered at a time.
 * @throws ZodError where the key's id does not name a signer
 */
export function createTokenMinter(key: TokenKey, clock: Clock, mostKnown = 50_000): TokenMinter {
  const issuer = Issuer.parse(key.kid.split('.')[0])
  const signing = importJWK(key, algorithm)
  const minted = new Map<string, { readonly atS: number; readonly token: Promise<string> }>()

  const sign = async (principal: Principal, atS: number): Promise<string> =>
    new SignJWT({ org: principal.org, gen: principal.generation, cred: principal.credential })
      .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: tokenType })
      .setSubject(String(principal.user))
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(atS)
      .setExpirationTime(atS + lifeS)
      .sign(await signing)

  return {
    async mint(principal) {
      const { org, user, generation, credential } = principal
      const name = `${org}:${user}:${generation}:${credential}`
      const nowS = Math.floor(clock.now() / 1000)
      const before = minted.get(name)
      if (before && nowS >= before.atS && nowS - before.atS <= lifeS - leastLeftS) return before.token
      // Insertion order is age: the first ones are those that ran out.
      if (minted.size >= mostKnown) minted.clear()
      const token = sign(principal, nowS)
      minted.set(name, { atS: nowS, token })
      return token
    },
  }
}
