import { AppError } from '@parley/core'
import { sqlState, type Tx } from '@parley/db'

const tooSlow = (saying: string, cause: unknown): AppError =>
  new AppError('UNAVAILABLE', saying, {
    data: { 'retry-after': 5 },
    cause,
  })

/**
 * Runs statements of which none may take longer.
 * @param ms milliseconds
 * @param saying what is said where one did
 * @throws AppError UNAVAILABLE where one did
 */
export async function bounded<R>(tx: Tx, ms: number, saying: string, fn: () => Promise<R>): Promise<R> {
  await tx.execute(`SELECT set_config('statement_timeout', $1, true)`, [String(ms)])
  try {
    const result = await fn()
    // As the connection was opened with.
    await tx.execute('SET LOCAL statement_timeout TO DEFAULT')
    return result
  } catch (error) {
    throw sqlState(error) === '57014' ? tooSlow(saying, error) : error
  }
}
