import type { Tx } from '@parley/db'

/** Stands where an operation arranges its own transactions: any use of it is a mistake in the route. */
export function noTransaction<T extends Tx>(operation: string): T {
  const refuse = (): never => {
    throw new TypeError(`${operation} arranges its own transactions: there is none to use here`)
  }
  // Nothing of it can be used, so that it may stand for any transaction.
  return new Proxy({}, { get: refuse, has: refuse, set: refuse }) as T
}
