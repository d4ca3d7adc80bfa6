import { AppError, type Clock } from '@parley/core'
import type { ScriptRunner } from '@parley/kit'
import { CountedAtOnce } from './at-once.ts'
import type { Outcome } from './gcra.ts'
import type { Counter } from './limit-keys.ts'
import { LocalCounters } from './local.ts'
import { forgetScript } from './script.ts'

/** Counts requests: in Redis, so that all gateways count together; alone and stricter while it is away. */
export class Limiter {
  readonly #redis: ScriptRunner
  readonly #atOnce: CountedAtOnce
  readonly #clock: Clock
  readonly #local: LocalCounters
  readonly #onFallback: (error: unknown) => void

  constructor(redis: ScriptRunner, clock: Clock, onFallback: (error: unknown) => void) {
    this.#redis = redis
    this.#atOnce = new CountedAtOnce(redis)
    this.#clock = clock
    this.#local = new LocalCounters(clock)
    this.#onFallback = onFallback
  }

  /** Counts one request. @returns the `X-RateLimit-*` headers @throws AppError RATE_LIMIT_HIT */
  async hit(counters: readonly Counter[]): Promise<Record<string, string>> {
    if (counters.length === 0) return {}
    const outcomes = await this.#outcomes(counters)
    const headers = this.#headers(counters, outcomes)
    const refused = outcomes.filter((o) => !o.ok)
    if (refused.length > 0) throw limited(Math.max(...refused.map((o) => o.retryMs)), headers)
    return headers
  }

  /** Asks without counting. @throws AppError RATE_LIMIT_HIT where one more would be refused */
  async ask(counters: readonly Counter[]): Promise<void> {
    const outcomes = await this.#outcomes(counters, false)
    const refused = outcomes.filter((o) => !o.ok)
    if (refused.length > 0)
      throw limited(Math.max(...refused.map((o) => o.retryMs)), this.#headers(counters, outcomes))
  }

  /** Starts the counts anew. */
  async forget(counters: readonly Counter[]): Promise<void> {
    const keys = counters.map((c) => c.key)
    if (keys.length === 0) return
    this.#local.forget(keys)
    await this.#redis.run(forgetScript, keys, []).catch(this.#onFallback)
  }

  async #outcomes(counters: readonly Counter[], counts = true): Promise<readonly Outcome[]> {
    try {
      return await this.#atOnce.count({ counters, counts })
    } catch (error) {
      this.#onFallback(error)
      return this.#local.count(counters, counts)
    }
  }

  #headers(counters: readonly Counter[], outcomes: readonly Outcome[]): Record<string, string> {
    const now = this.#clock.now()
    return {
      'x-ratelimit-limit': String(Math.min(...counters.map((c) => c.rate.count))),
      'x-ratelimit-remaining': String(Math.min(...outcomes.map((o) => o.remaining))),
      'x-ratelimit-reset': String(Math.ceil((now + Math.max(...outcomes.map((o) => o.resetMs))) / 1000)),
    }
  }
}

/** A refusal that remembers the headers its answer carries. */
export class Limited extends AppError {
  readonly headers: Readonly<Record<string, string>>

  constructor(retryMs: number, headers: Readonly<Record<string, string>>) {
    super('RATE_LIMIT_HIT', 'API usage exceeded rate limit', {
      data: { 'retry-after': Math.max(1, Math.ceil(retryMs)) / 1000 },
    })
    this.headers = headers
  }
}

const limited = (retryMs: number, headers: Readonly<Record<string, string>>): Limited =>
  new Limited(retryMs, headers)
