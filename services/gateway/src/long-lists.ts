import { unavailable } from '@parley/core'
import { Shares } from '@parley/core'
import { Turns } from '@parley/kit'

/** How many lists may be at work or waiting. */
export interface LongListsBounds {
  readonly ofOnePerson: number
  readonly ofOneOrganisation: number
  readonly ofAll: number
}
const ordinary: LongListsBounds = { ofOnePerson: 4, ofOneOrganisation: 32, ofAll: 64 }

/**
 * Lists of everybody in an organisation, one after the other: each of them keeps the process that makes it from all
 * else for as long as there are people, and several at once keep transactions of others waiting until Postgres ends
 * them. Nobody, and no organisation, takes all the places of those that wait.
 */
export class LongLists {
  readonly #turns: Turns
  readonly #bounds: LongListsBounds
  readonly #taken = new Shares()

  constructor(bounds: LongListsBounds = ordinary) {
    this.#bounds = bounds
    this.#turns = new Turns(1, bounds.ofAll)
  }

  /** @throws AppError UNAVAILABLE where the person, the organisation or all have too many at work or waiting */
  async take<R>(org: number, user: number, list: () => Promise<R>): Promise<R> {
    const shares = [
      ['', this.#bounds.ofAll],
      [`${org}`, this.#bounds.ofOneOrganisation],
      [`${org} ${user}`, this.#bounds.ofOnePerson],
    ] as const
    return this.#taken.take(shares, unavailable, () => this.#turns.take(list))
  }
}
