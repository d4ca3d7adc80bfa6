import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
} from '@opentelemetry/api'
import type { Action, Verdict } from '@parley/access'
import { AppError } from '@parley/core'
import type { IncomingCall } from './link/served-connection.ts'

const tracer = () => trace.getTracer('parley')

/** A span around serving a call, a child of the caller's. Attributes name operations and peers, never content. */
export function servingSpan<R>(call: IncomingCall, fn: () => Promise<R>): Promise<R> {
  const parent = call.traceparent
    ? propagation.extract(context.active(), { traceparent: call.traceparent })
    : context.active()
  return inSpan(parent, call.op, SpanKind.SERVER, { 'parley.caller': call.caller }, fn)
}

/** A span around making a call; `fn` gets the traceparent to send along, where there is a trace. */
export function callingSpan<R>(
  op: string,
  service: string,
  fn: (traceparent: string | undefined) => Promise<R>,
): Promise<R> {
  return inSpan(context.active(), op, SpanKind.CLIENT, { 'parley.service': service }, () => {
    const carrier: { traceparent?: string } = {}
    propagation.inject(context.active(), carrier)
    return fn(carrier.traceparent)
  })
}

function inSpan<R>(
  parent: Context,
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  fn: () => Promise<R>,
): Promise<R> {
  return tracer().startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await fn()
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** Notes on the call's span what was decided for it, and by which action: allowed, or how it was refused and why. */
export function noteDecision(action: Action, verdict: Verdict<Action>): void {
  const said = verdict.ok ? 'allow' : `${verdict.kind} ${verdict.reason}`
  trace.getActiveSpan()?.addEvent('decision', { 'parley.action': action, 'parley.verdict': said })
}

/** The error's code only: messages may quote what people wrote. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.setAttribute('error.type', error instanceof AppError ? error.code : 'INTERNAL')
}
