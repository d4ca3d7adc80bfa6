import type { ScriptRunner } from '@parley/kit'
import type { Outcome } from './gcra.ts'
import { type Count, limitScript, scriptArguments, scriptOutcomes } from './script.ts'

/** Most requests of one call: Redis does nothing else meanwhile. */
const most = 200

interface Waiting extends Count, PromiseWithResolvers<readonly Outcome[]> {}

/** Counts the requests that come in one turn in one call of Redis: a call costs more than what is counted in it. */
export class CountedAtOnce {
  readonly #redis: ScriptRunner
  #waiting: Waiting[] = []

  constructor(redis: ScriptRunner) {
    this.#redis = redis
  }

  /** @returns the outcome of each counter @throws whatever Redis does, for all that came in this turn */
  count(asked: Count): Promise<readonly Outcome[]> {
    const waiting = { ...asked, ...Promise.withResolvers<readonly Outcome[]>() }
    this.#waiting.push(waiting)
    if (this.#waiting.length === 1) setImmediate(() => this.#flush())
    if (this.#waiting.length === most) this.#flush()
    return waiting.promise
  }

  #flush(): void {
    const all = this.#waiting
    this.#waiting = []
    if (all.length > 0) void this.#run(all)
  }

  async #run(all: readonly Waiting[]): Promise<void> {
    const { keys, args } = scriptArguments(all)
    try {
      const outcomes = scriptOutcomes(await this.#redis.run(limitScript, keys, args), all)
      for (const [i, { resolve }] of all.entries()) resolve(outcomes[i] ?? [])
    } catch (error) {
      for (const { reject } of all) reject(error)
    }
  }
}
