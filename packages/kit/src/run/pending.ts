import type { Tx } from '@parley/db'
import type { Done, Joining } from './running.ts'

/** A request that waits to be done together with others. */
export interface Pending<C, T extends Tx> extends Joining<C, T> {
  /** As part of the request, whoever's turn it is. */
  readonly within: <R>(work: () => R) => R
  readonly settle: PromiseWithResolvers<Done>
}
