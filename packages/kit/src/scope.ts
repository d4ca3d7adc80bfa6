import { AsyncLocalStorage } from 'node:async_hooks'
import { trace } from '@opentelemetry/api'
import type { LogRecord } from './log/fields.ts'

/** The call being served, for what it calls in turn and for its log lines. */
export interface CallScope {
  readonly requestId: string
  /** The call's end on this process's monotonic clock, milliseconds: calls made inside it end no later. */
  readonly deadline: number
}

const scopes = new AsyncLocalStorage<CallScope>()

/** Runs `fn` as part of a call. */
export const inScope = <R>(scope: CallScope, fn: () => R): R => scopes.run(scope, fn)

/** The call being served, if any. */
export const currentScope = (): CallScope | undefined => scopes.getStore()

/** The fields that tie a log line to its call. */
export const scopeFields = (): LogRecord => ({
  request_id: currentScope()?.requestId,
  trace_id: trace.getActiveSpan()?.spanContext().traceId,
})
