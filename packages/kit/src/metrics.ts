import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What a service counts; each service has a registry of its own, also where several share a process. */
export interface Metrics {
  /** For counters of the service's own. */
  readonly registry: Registry
  /** Operations and calls answered here, by name and error code (`ok` where none). */
  readonly served: Counter<'op' | 'code'>
  /** How long they took, seconds. */
  readonly serving: Histogram<'op'>
  /** What failed behind a commit that was answered as done, by what it was and error code. */
  readonly failedBehind: Counter<'what' | 'code'>
  /** Calls made over the link, by operation and error code. */
  readonly called: Counter<'op' | 'code'>
  readonly calling: Histogram<'op'>
  /** Calls in flight over the link, `side` served or called. */
  readonly inFlight: Gauge<'side'>
  /** Connections refused or cut on the internal listener, by reason. */
  readonly refused: Counter<'reason'>
  /** When the certificate in use ends, seconds since the epoch, by file. */
  readonly notAfter: Gauge<'file'>
  /** How long that is from now, seconds, by file; looked at every half minute. */
  readonly expires: Gauge<'file'>
  /** 1 while the files hold certificates that cannot be used and the former stay in use, else 0. */
  readonly unusable: Gauge
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes a registry with the metrics that every service has. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  const registers = [registry]
  return {
    registry,
    served: new Counter({
      name: 'parley_served_total',
      help: 'Operations and calls answered, by error code',
      labelNames: ['op', 'code'],
      registers,
    }),
    serving: new Histogram({
      name: 'parley_serving_seconds',
      help: 'Time to answer an operation or call',
      labelNames: ['op'],
      buckets: seconds,
      registers,
    }),
    failedBehind: new Counter({
      name: 'parley_failed_behind_answers_total',
      help: 'What failed behind a commit that was answered as done, by error code',
      labelNames: ['what', 'code'],
      registers,
    }),
    called: new Counter({
      name: 'parley_called_total',
      help: 'Calls made over the link, by error code',
      labelNames: ['op', 'code'],
      registers,
    }),
    calling: new Histogram({
      name: 'parley_calling_seconds',
      help: 'Time until a call over the link was answered',
      labelNames: ['op'],
      buckets: seconds,
      registers,
    }),
    inFlight: new Gauge({
      name: 'parley_link_in_flight',
      help: 'Calls in flight over the link',
      labelNames: ['side'],
      registers,
    }),
    refused: new Counter({
      name: 'parley_link_refused_total',
      help: 'Connections refused or cut on the internal listener',
      labelNames: ['reason'],
      registers,
    }),
    notAfter: new Gauge({
      name: 'parley_certificate_not_after_seconds',
      help: 'End of the certificate in use, seconds since the epoch',
      labelNames: ['file'],
      registers,
    }),
    expires: new Gauge({
      name: 'parley_certificate_expires_seconds',
      help: 'What is left of the life of the certificate in use',
      labelNames: ['file'],
      registers,
    }),
    unusable: new Gauge({
      name: 'parley_certificates_unusable',
      help: '1 while new certificates cannot be used and the former stay in use',
      registers,
    }),
  }
}
