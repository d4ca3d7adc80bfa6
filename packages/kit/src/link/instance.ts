import { describeError } from '../log/error.ts'
import type { ServiceDeps } from '../service.ts'
import type { Certificates } from '../tls/certificates.ts'
import { Backoff, chance } from './backoff.ts'
import { CallingConnection } from './calling-connection.ts'
import { dial, type Target } from './dial.ts'
import type { LinkLimits } from './limits.ts'
import type { Wire } from './wire.ts'

export interface InstanceOptions {
  readonly target: Target
  readonly deps: ServiceDeps
  readonly certificates: Certificates
  readonly trustDomain: string
  readonly limits: LinkLimits
  /** A connection has opened, or the last attempt failed: waiting calls look again, names are resolved again. */
  readonly onChange: (what: 'open' | 'failed') => void
}

/** Keeps one connection to one instance open: replaced before it is old, made anew with growing waits when lost. */
export class Instance {
  readonly #o: InstanceOptions
  readonly #backoff: Backoff
  readonly #open = new Set<CallingConnection>()
  readonly #stopped = new AbortController()
  readonly #gone = Promise.withResolvers<void>()
  /** The one that calls go to; others in `#open` are on their way out. */
  #current: CallingConnection | null = null
  readonly #forget: () => void
  #dialling = false
  /** The certificates were replaced amid a dial. */
  #stale = false
  #retry: NodeJS.Timeout | undefined
  #failing = false
  #restarting = false

  constructor(options: InstanceOptions) {
    this.#o = options
    this.#backoff = new Backoff(options.limits.backoffMs, options.deps.ids)
    // A connection stands on the certificates it was made with, of both sides.
    this.#forget = options.certificates.onChange(() => {
      this.#stale = this.#dialling
      void this.#dial()
    })
    void this.#dial()
  }

  get connections(): readonly CallingConnection[] {
    return this.#current ? [this.#current] : []
  }

  /** It said that it stops and has not been back since. */
  get restarting(): boolean {
    return this.#restarting
  }

  /** Takes no new calls; resolves when those in flight are answered and everything is closed. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#forget()
    clearTimeout(this.#retry)
    this.#current = null
    for (const connection of this.#open) connection.leave()
    this.#endIfGone()
    await this.#gone.promise
  }

  async #dial(): Promise<void> {
    const { target, deps, certificates, trustDomain, limits, onChange } = this.#o
    if (this.#dialling || this.#stopped.signal.aborted) return
    this.#dialling = true
    const about = { peer: target.service, host: target.ip, port: target.port }
    try {
      const age = limits.ageMs * (1 - chance(deps.ids) / 10)
      const options = { tls: certificates.client, trustDomain, limits, signal: this.#stopped.signal }
      const connection = await dial(target, options, (wire) => this.#opened(wire, age))
      this.#backoff.reset()
      if (this.#failing) deps.logger.info('link is open again', about)
      this.#failing = false
      if (this.#stopped.signal.aborted) connection.leave()
      onChange('open')
    } catch (error) {
      if (!this.#failing && !this.#stopped.signal.aborted)
        deps.logger.warn('link cannot be opened', { ...about, ...describeError(error) })
      this.#failing = true
      this.#again()
      onChange('failed')
    } finally {
      this.#dialling = false
      this.#endIfGone()
    }
    if (!this.#stale) return
    this.#stale = false
    await this.#dial()
  }

  /** The new connection takes the place of the one before, which finishes what it has. */
  #opened(wire: Wire, ageMs: number): CallingConnection {
    const { deps, limits } = this.#o
    const connection: CallingConnection = new CallingConnection(
      {
        wire,
        clock: deps.clock,
        limits,
        onRenew: () => void this.#dial(),
        onDrain: () => {
          this.#restarting ||= this.#current === connection
          this.#lose(connection)
        },
        onEnd: (broken) => this.#ended(connection, broken),
      },
      ageMs,
    )
    this.#restarting = false
    this.#open.add(connection)
    this.#current?.leave()
    this.#current = connection
    return connection
  }

  #again(): void {
    clearTimeout(this.#retry)
    if (this.#stopped.signal.aborted) return
    this.#retry = setTimeout(() => void this.#dial(), this.#backoff.next())
  }

  /** No call goes there any more; another connection is made after a wait. */
  #lose(connection: CallingConnection): void {
    if (this.#current !== connection) return
    this.#current = null
    this.#again()
    this.#o.onChange('failed')
  }

  #ended(connection: CallingConnection, broken: boolean): void {
    const { deps, target } = this.#o
    this.#open.delete(connection)
    if (broken && this.#current === connection && !this.#stopped.signal.aborted)
      deps.logger.warn('link lost', { peer: target.service, host: target.ip, port: target.port })
    this.#lose(connection)
    this.#endIfGone()
  }

  #endIfGone(): void {
    if (this.#stopped.signal.aborted && this.#open.size === 0 && !this.#dialling) this.#gone.resolve()
  }
}
