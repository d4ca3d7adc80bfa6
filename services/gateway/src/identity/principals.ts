import { hash } from 'node:crypto'
import { AppError, type Clock } from '@parley/core'
import type { Principal } from '@parley/api'
import type { Effect } from '../live/effect.ts'
import type { Credential } from './basic.ts'

/** Who a credential belongs to. */
export interface Authenticated {
  readonly principal: Principal
  readonly role: number
  /** Is it a bot that only sends what comes from elsewhere? */
  readonly incomingWebhook: boolean
  /** Whose bot it is, if it is one. */
  readonly botOwner: number | null
  /** When the credential ends by itself, on the monotonic clock; Infinity where it never does. */
  readonly until: number
}

export interface PrincipalsDeps {
  /** Asks the service that knows. @throws AppError UNAUTHORIZED */
  readonly ask: (
    org: number,
    credential: Credential,
  ) => Promise<Omit<Authenticated, 'until'> & { readonly goodForMs: number | null }>
  /** May what is remembered of the organisation be used now: is its log followed, under a valid lease? */
  readonly trusted: (org: number) => boolean
  readonly clock: Pick<Clock, 'monotonic'>
}

interface Flight {
  readonly epoch: number
  readonly answer: Promise<Authenticated>
}

const most = 50_000

/**
 * Who requests come from, remembered by a digest of the credential. What is remembered is dropped by the events
 * that end it, and used only while those events surely arrive.
 */
export class Principals {
  readonly #deps: PrincipalsDeps
  readonly #known = new Map<string, Authenticated>()
  readonly #flights = new Map<string, Flight>()
  /** Raised by every revocation of an organisation: an answer asked for before one may be too old. */
  readonly #epochs = new Map<number, number>()

  constructor(deps: PrincipalsDeps) {
    this.#deps = deps
  }

  /** The remembered owner of the credential, if it may be used now. */
  remembered(org: number, credential: Credential): Authenticated | null {
    if (!this.#deps.trusted(org)) return null
    const known = this.#known.get(keyOf(org, credential))
    return known && this.#deps.clock.monotonic() < known.until ? known : null
  }

  /** Asks who it is, once for all who ask at the same time. @throws AppError UNAUTHORIZED */
  ask(org: number, credential: Credential): Promise<Authenticated> {
    const key = keyOf(org, credential)
    const epoch = this.#epoch(org)
    const flight = this.#flights.get(key)
    if (flight?.epoch === epoch && this.#deps.trusted(org)) return flight.answer
    const answer = this.#fetch(org, credential, key, epoch).finally(() => {
      if (this.#flights.get(key)?.answer === answer) this.#flights.delete(key)
    })
    this.#flights.set(key, { epoch, answer })
    return answer
  }

  drop(org: number, credential: Credential): void {
    this.#known.delete(keyOf(org, credential))
  }

  /** Applies an event: a credential that ended is asked for anew. */
  apply(org: number, effect: Effect): void {
    if (effect.kind === 'over') this.forget(org)
    if (effect.kind !== 'ended') return
    this.#epochs.set(org, this.#epoch(org) + 1)
    for (const [key, { principal }] of this.#known)
      if (principal.org === org && principal.user === effect.user) this.#known.delete(key)
  }

  /** Nothing that is remembered of the organisation may be used any longer. */
  forget(org: number): void {
    this.#epochs.set(org, this.#epoch(org) + 1)
    for (const [key, { principal }] of this.#known) if (principal.org === org) this.#known.delete(key)
  }

  async #fetch(org: number, credential: Credential, key: string, epoch: number): Promise<Authenticated> {
    // Only what was asked for while the log was already followed is sure to be dropped by its events.
    const followed = this.#deps.trusted(org)
    const asked = this.#deps.clock.monotonic()
    const { goodForMs, ...found } = await this.#deps.ask(org, credential)
    const answer = { ...found, until: asked + (goodForMs ?? Infinity) }
    if (answer.principal.org !== org)
      throw new AppError('UNAUTHORIZED', 'Account is not associated with this subdomain')
    if (followed && this.#deps.trusted(org) && this.#epoch(org) === epoch) {
      if (this.#known.size >= most) this.#evict()
      this.#known.set(key, answer)
    }
    return answer
  }

  #evict(): void {
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }

  #epoch(org: number): number {
    return this.#epochs.get(org) ?? 0
  }
}

function keyOf(org: number, credential: Credential): string {
  const parts =
    credential.scheme === 'basic'
      ? ['basic', credential.email.toLowerCase(), credential.apiKey]
      : ['session', '', credential.token]
  return hash('sha256', [org, ...parts].join('\0'), 'base64')
}
