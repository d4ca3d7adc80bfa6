import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'

/**
 * Sends this process's traces to a collector (OTLP over HTTP). Loaded only where an endpoint is configured.
 * Nothing is detected by itself: the command line and the host's name are nobody's business.
 * @returns sends what is left and stops
 */
export function startTracing(service: string, node: string, endpoint: string): () => Promise<void> {
  const sdk = new NodeSDK({
    serviceName: `parley-${service}`,
    autoDetectResources: false,
    resourceDetectors: [],
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
    traceExporter: new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      headers: { 'x-parley-node': node },
    }),
  })
  sdk.start()
  return () => sdk.shutdown()
}
