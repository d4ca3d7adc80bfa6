import { internal } from '@parley/core'

/**
 * The row of a statement that answers one in any case: what it counts, adds, or holds already.
 * @throws AppError INTERNAL where there is none after all
 */
export function only<R>([row]: readonly R[]): R {
  if (row === undefined) throw internal(new Error('a statement that always answers a row answered none'))
  return row
}
