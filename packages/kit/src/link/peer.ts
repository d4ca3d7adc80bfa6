import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { ServiceName } from '@parley/api'
import { unavailable } from '@parley/core'
import { type Address, formatAddress } from '../config/address.ts'
import { describeError } from '../log/error.ts'
import { leastLoaded } from './balance.ts'
import type { CallingConnection } from './calling-connection.ts'
import { Instance, type InstanceOptions } from './instance.ts'

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>

export const systemResolve: Resolve = async (host) =>
  isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address)

export interface PeerOptions extends Omit<InstanceOptions, 'target' | 'onChange'> {
  readonly service: ServiceName
  readonly addresses: readonly Address[]
  readonly resolve: Resolve
}

/** One service that this process calls: all its instances, followed through DNS. */
export class Peer {
  readonly #o: PeerOptions
  readonly #instances = new Map<string, Instance>()
  readonly #leaving = new Set<Promise<void>>()
  readonly #waiting = new Set<() => void>()
  readonly #timer: NodeJS.Timeout
  #resolving: Promise<void> | null = null
  #turn = 0
  #stopped = false

  constructor(options: PeerOptions) {
    this.#o = options
    this.#timer = setInterval(() => void this.#resolve(), options.limits.resolveMs).unref()
    void this.#resolve()
  }

  get open(): boolean {
    return this.#connections().some((c) => c.usable)
  }

  /**
   * The connection to send the next call on; waits where none is open yet.
   * @throws AppError UNAVAILABLE (retryable) where all are full, too many wait, or none opens in time
   */
  async acquire(signal: AbortSignal, avoid: CallingConnection | null): Promise<CallingConnection> {
    const { waiting, waitMs } = this.#o.limits
    let timer: NodeJS.Timeout | undefined
    try {
      for (let expired = false; ;) {
        if (this.#stopped) throw unavailable()
        const chosen = leastLoaded(this.#connections(), this.#turn++, avoid)
        if (chosen === 'full' || (chosen && chosen === avoid)) throw unavailable()
        if (chosen) return chosen
        if (signal.aborted || expired || this.#waiting.size >= waiting) throw unavailable()
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            this.#waiting.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          timer ??= setTimeout(() => {
            expired = ![...this.#instances.values()].some((i) => i.restarting)
            wake()
          }, waitMs)
          this.#waiting.add(wake)
          signal.addEventListener('abort', wake)
        })
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Takes no new calls; resolves when all connections are closed, their calls answered. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#wake()
    await this.#resolving
    await Promise.all([...this.#leaving, ...[...this.#instances.values()].map((i) => i.stop())])
  }

  #connections(): readonly CallingConnection[] {
    return [...this.#instances.values()].flatMap((i) => i.connections)
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #resolve(): Promise<void> {
    this.#resolving ??= this.#follow().finally(() => {
      this.#resolving = null
    })
    return this.#resolving
  }

  /** Adds instances that names stand for now and lets go of those they no longer do. */
  async #follow(): Promise<void> {
    const { service, addresses, resolve, deps } = this.#o
    const found = new Map<string, Address & { readonly ip: string }>()
    try {
      for (const { host, port } of addresses)
        for (const ip of await resolve(host)) found.set(formatAddress({ host: ip, port }), { host, ip, port })
    } catch (error) {
      // Names that cannot be resolved now: what was known stays.
      deps.logger.warn('peer cannot be resolved', { peer: service, ...describeError(error) })
      return
    }
    if (this.#stopped) return
    for (const [key, target] of found) if (!this.#instances.has(key)) this.#add(key, target)
    for (const [key, instance] of this.#instances) if (!found.has(key)) this.#remove(key, instance)
  }

  #add(key: string, target: Address & { readonly ip: string }): void {
    const { service } = this.#o
    const onChange = (what: 'open' | 'failed'): void => {
      if (what === 'open') this.#wake()
      else if (!isIP(target.host) && !this.#stopped) void this.#resolve()
    }
    this.#instances.set(key, new Instance({ ...this.#o, target: { service, ...target }, onChange }))
  }

  #remove(key: string, instance: Instance): void {
    this.#instances.delete(key)
    const leaving = instance.stop().finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }
}
