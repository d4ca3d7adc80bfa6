import { context, propagation, type SpanKind, type SpanStatusCode, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

/** A span as a collector would get it. */
export interface RecordedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: SpanStatusCode; readonly message?: string }
  readonly events: readonly unknown[]
}
export interface RecordedSpans {
  /** In the order in which they ended. */
  all(): readonly RecordedSpan[]
  clear(): void
  stop(): Promise<void>
}

/** Notes something on the span of the call that runs now. */
export const noteOnSpan = (name: string, attributes: Readonly<Record<string, string>>): void =>
  void trace.getActiveSpan()?.addEvent(name, attributes)

/** Starts tracing in this process and keeps every span. */
export function recordSpans(): RecordedSpans {
  const spans: RecordedSpan[] = []
  const sdk = new NodeSDK({
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => {
          const { name, kind, attributes, status, events, parentSpanContext } = span
          const { traceId, spanId } = span.spanContext()
          spans.push({
            name,
            kind,
            traceId,
            spanId,
            parentSpanId: parentSpanContext?.spanId,
            attributes,
            status,
            events,
          })
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  sdk.start()
  return {
    all: () => spans,
    clear: () => {
      spans.length = 0
    },
    async stop() {
      await sdk.shutdown()
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
