import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { headers, type MsgHdrs } from '@nats-io/nats-core'

/** `barrier.gateway-1` is of the kind `barrier`: names of things would make as many span names. */
const kindOf = (subject: string): string => subject.split('.', 1)[0] ?? ''

const tracer = () => trace.getTracer('parley')
const attributes = (operation: string) => ({
  'messaging.system': 'nats',
  'messaging.operation.name': operation,
})

/** The trace that goes along with a message; undefined where nothing is traced. */
function carried(): MsgHdrs | undefined {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  const { traceparent } = carrier
  if (traceparent === undefined) return undefined
  const sent = headers()
  sent.set('traceparent', traceparent)
  return sent
}

/** A span around one publish, where the call it belongs to is traced. */
export function publishSpan(subject: string, publish: (sent: MsgHdrs | undefined) => void): void {
  if (!trace.getActiveSpan()) return publish(undefined)
  const options = { kind: SpanKind.PRODUCER, attributes: attributes('publish') }
  tracer().startActiveSpan(`nats publish ${kindOf(subject)}`, options, (span) => {
    publish(carried())
    span.end()
  })
}

/** A span around one request, likewise. */
export async function requestSpan<R>(
  subject: string,
  request: (sent: MsgHdrs | undefined) => Promise<R>,
): Promise<R> {
  if (!trace.getActiveSpan()) return request(undefined)
  const options = { kind: SpanKind.CLIENT, attributes: attributes('request') }
  return tracer().startActiveSpan(`nats request ${kindOf(subject)}`, options, async (span) => {
    try {
      return await request(carried())
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/** Takes a message as part of the trace that it carries, where it carries one. */
export function receiveSpan(subject: string, sent: MsgHdrs | undefined, receive: () => void): void {
  const traceparent = sent?.get('traceparent')
  if (!traceparent) return receive()
  const parent = propagation.extract(context.active(), { traceparent })
  const options = { kind: SpanKind.CONSUMER, attributes: attributes('receive') }
  tracer().startActiveSpan(`nats receive ${kindOf(subject)}`, options, parent, (span) => {
    receive()
    span.end()
  })
}
