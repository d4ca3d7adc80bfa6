import { AppError, asAppError } from '@parley/core'
import { describeError, type Logger } from '@parley/kit'
import type { FastifyRequest } from 'fastify'

/** Refusals that the log tells: who was not let in, and whoever asks too much. */
const told: ReadonlySet<number> = new Set([401, 403, 429])

/** Logs a refusal or a failure of ours, without content. */
export function logRefusal(logger: Logger, request: FastifyRequest, error: AppError, thrown: unknown): void {
  const about = { request_id: request.id, route: request.routeOptions.url, code: error.code }
  if (error.status >= 500) logger.error('request failed', { ...about, ...describeError(thrown) })
  else if (told.has(error.status)) logger.info('refused', { ...about, address: request.ip })
}

/** Fastify's own refusals are the client's faults, told without its words. */
export function appErrorOf(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined
  if (status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type')
  if (status === 413) return new AppError('PAYLOAD_TOO_LARGE', 'Request body too large')
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AppError('BAD_REQUEST', 'Malformed request')
  return asAppError(thrown)
}
