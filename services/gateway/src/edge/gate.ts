import type { IncomingMessage } from 'node:http'
import { type Limit, perAccount, perIp } from '@parley/api'
import { AppError } from '@parley/core'
import { basicCredential, type Credential, notLoggedIn } from '../identity/basic.ts'
import { cookie, sessionCookie } from '../identity/cookies.ts'
import type { Principals } from '../identity/principals.ts'
import { type Counted, counters } from '../limits/limit-keys.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Caller } from './exchange.ts'

/** Failed sign-ins with keys and sessions; passwords have limits of their own. */
const failures: readonly Limit[] = [perIp('failed-sign-in', 100, 60), perAccount('failed-sign-in', 100, 600)]

/** Finds out who a request comes from, and slows down those who guess. */
export class Gate {
  readonly #principals: Principals
  readonly #limiter: Limiter
  readonly #factor: number

  constructor(principals: Principals, limiter: Limiter, factor: number) {
    this.#principals = principals
    this.#limiter = limiter
    this.#factor = factor
  }

  /** @throws AppError UNAUTHORIZED, RATE_LIMIT_HIT */
  async caller(
    request: IncomingMessage,
    door: 'Basic' | 'Session',
    org: number,
    ip: string,
  ): Promise<Caller> {
    return this.of(credentialOf(request, door), org, ip)
  }

  /** Asks anew for whoever has this credential. @throws AppError UNAUTHORIZED, RATE_LIMIT_HIT */
  async again(caller: Caller, org: number, ip: string): Promise<Caller> {
    this.#principals.drop(org, caller.credential)
    return this.of(caller.credential, org, ip)
  }

  async of(credential: Credential, org: number, ip: string): Promise<Caller> {
    const known = this.#principals.remembered(org, credential)
    if (known) return { credential, ...known }
    const account = credential.scheme === 'basic' ? credential.email : null
    const who: Counted = { org, user: null, ip, account }
    const counted = counters(failures, who, this.#factor)
    // A credential that is known passes above, so that nobody is locked out by another's guesses.
    await this.#limiter.ask(counted)
    try {
      return { credential, ...(await this.#principals.ask(org, credential)) }
    } catch (error) {
      if (error instanceof AppError && error.status === 401) await this.#limiter.hit(counted).catch(() => {})
      throw error
    }
  }
}

/** Does the request come with what could be a credential, good or bad? */
export const comesWithCredential = ({ headers }: IncomingMessage, door: 'Basic' | 'Session'): boolean =>
  door === 'Basic'
    ? headers.authorization !== undefined && headers.authorization !== ''
    : cookie(headers.cookie, sessionCookie) !== null

function credentialOf({ headers }: IncomingMessage, door: 'Basic' | 'Session'): Credential {
  if (door === 'Basic') return basicCredential(headers.authorization)
  const token = cookie(headers.cookie, sessionCookie)
  if (token === null) throw notLoggedIn()
  return { scheme: 'session', token }
}
