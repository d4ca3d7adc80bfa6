import { asAppError } from '@parley/core'
import { describeError } from './log/error.ts'
import type { ServiceDeps } from './service.ts'

/** Tells who runs a service of what failed behind an answer that says otherwise. @param what a constant name of it */
export type Report = (what: string, error: unknown) => void

/** Counts it by its code; what is no more than load is not logged, for there would be a line for each request. */
export function createReport({ logger, metrics }: Pick<ServiceDeps, 'logger' | 'metrics'>): Report {
  return (what, error) => {
    const { code } = asAppError(error)
    metrics.failedBehind.inc({ what, code })
    if (code !== 'UNAVAILABLE')
      logger.error('failed behind an answer', { reason: what, ...describeError(error) })
  }
}
