import { AppError, unavailable } from '@parley/core'
import { DatabaseError } from 'pg'

/** The five-letter code of a database error, or undefined where the error is none of the server's. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

// Lock and statement timeouts, idle transaction, serialisation failure, deadlock: surely rolled back.
const passingStates = new Set(['55P03', '57014', '25P03', '40001', '40P01'])
const serverGone = (code: string): boolean =>
  code.startsWith('08') || code.startsWith('57P') || code.startsWith('53')
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])
const lostWords =
  /connection terminated|connection error|not queryable|timeout exceeded when trying to connect|client was closed|query read timeout/i

/** Is the connection gone, so that what was last asked has an unknown answer? */
export function lost(error: unknown): boolean {
  const code = sqlState(error)
  if (code !== undefined) return serverGone(code) || code === '25P03'
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && socketCodes.has(error.code)) return true
  return lostWords.test(error.message)
}

/** Does it pass by itself: the same work may succeed when it is done again? */
export const passing = (error: unknown): boolean => lost(error) || passingStates.has(sqlState(error) ?? '')

/**
 * Was a statement prepared before a migration that changed what it answers with? It did nothing, and will never again on this
 * connection (PostgreSQL documentation, PREPARE).
 */
export const stalePlan = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'

/** An error inside a transaction that surely did not commit, as the caller shall see it. */
export function rolledBack(error: unknown): unknown {
  if (error instanceof AppError) return error
  return passing(error) ? unavailable(error) : error
}

/**
 * An error of COMMIT or of a statement that commits by itself: where the connection was lost, nobody knows whether it
 * happened, so it is not to be retried blindly.
 */
export function maybeCommitted(error: unknown): unknown {
  if (error instanceof AppError || !lost(error)) return rolledBack(error)
  return new AppError('UNAVAILABLE', 'Service temporarily unavailable', {
    data: { 'retry-after': 1 },
    cause: error,
    retryable: false,
  })
}
