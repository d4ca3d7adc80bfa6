import type { ScriptRunner } from '@parley/kit'
import type { Outcome } from './gcra.ts'
import { type Count, limitScript, scriptArguments, scriptOutcomes } from './script.ts'

/** Most requests of one call: Redis does nothing else meanwhile. */
const most = 200

interface Waiting extends Count, PromiseWithResolvers<readonly Outcome[]> {}

/**
 * Counts the requests of an organisation that come in one turn in one call of Redis: a call costs more than what is counted
 * in it. Those of others have calls of their own, so that none fails with another's, and a call stays in one slot of a cluster.
 */
export class CountedAtOnce {
  readonly #redis: ScriptRunner
  /** By the part of their keys that says the slot. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(redis: ScriptRunner) {
    this.#redis = redis
  }

  /** @returns the outcome of each counter @throws whatever Redis does, for all of the organisation that came in this turn */
  count(asked: Count): Promise<readonly Outcome[]> {
    const waiting = { ...asked, ...Promise.withResolvers<readonly Outcome[]>() }
    const slot = slotOf(asked)
    const together = this.#waiting.get(slot)
    if (together) together.push(waiting)
    else {
      this.#waiting.set(slot, [waiting])
      if (this.#waiting.size === 1)
        setImmediate(() => {
          for (const one of this.#waiting.keys()) void this.#flush(one)
        })
    }
    if (together?.length === most) void this.#flush(slot)
    return waiting.promise
  }

  async #flush(slot: string): Promise<void> {
    const all = this.#waiting.get(slot) ?? []
    this.#waiting.delete(slot)
    try {
      const { keys, args } = scriptArguments(all)
      const outcomes = scriptOutcomes(await this.#redis.run(limitScript, keys, args), all)
      for (const [i, { resolve }] of all.entries()) resolve(outcomes[i] ?? [])
    } catch (error) {
      for (const { reject } of all) reject(error)
    }
  }
}

/** What of a key its slot is made of (Redis cluster specification, hash tags). */
const slotOf = ({ counters: [first] }: Count): string => /\{(.*?)\}/.exec(first?.key ?? '')?.[1] ?? ''
