import { Gauge, type Registry } from 'prom-client'
import type { Live } from './live.ts'

/** What an operator wants to see of live delivery. */
export function registerGauges(registry: Registry, live: Live): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => {
        made.set(value())
      },
    })
  }
  gauge('parley_gateway_lease_valid', 'Whether this gateway may answer from memory', () =>
    Number(live.lease.valid()),
  )
  gauge(
    'parley_gateway_organisations',
    'Organisations whose logs are followed',
    () => live.counts().organisations,
  )
  gauge('parley_gateway_waiting', 'Polls and sockets that wait for events', () => live.counts().waiting)
  gauge(
    'parley_gateway_recent_bytes',
    'Recent events kept in memory, with their encodings',
    () => live.counts().bytes,
  )
}
