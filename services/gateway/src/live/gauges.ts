import { Counter, Gauge, type Registry } from 'prom-client'
import type { Admission } from '../edge/admission.ts'
import type { Pacer } from '../edge/pacer.ts'
import type { Unsent } from '../edge/unsent.ts'
import type { Live } from './live.ts'

/** Sockets that were let go because their readers were too slow. */
export const slowReaders = (registry: Registry): Counter =>
  new Counter({
    name: 'parley_gateway_slow_readers_total',
    help: 'Sockets let go because their readers were too slow',
    registers: [registry],
  })

/** What an operator wants to see of live delivery and of load. */
export function registerGauges(
  registry: Registry,
  live: Live,
  admission: Admission,
  pacer: () => Pick<Pacer, 'waited' | 'dropped'>,
  unsent: Unsent,
): void {
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
  const counter = (name: string, help: string, value: () => number): void => {
    const made: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        made.reset()
        made.inc(value())
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
  counter(
    'parley_gateway_lease_lapses_total',
    'How often the lease was lost, and all that was held with it',
    () => live.lease.lapses,
  )
  gauge('parley_gateway_working', 'Requests being worked on', () => admission.working)
  counter(
    'parley_gateway_shed_total',
    'Requests refused because too many were being worked on',
    () => admission.refused,
  )
  gauge(
    'parley_gateway_unsent_bytes',
    'Large answers that have not left, or their clients',
    () => unsent.bytes,
  )
  counter(
    'parley_gateway_unsent_ended_total',
    'Connections ended because large answers were not read',
    () => unsent.ended,
  )
  counter(
    'parley_gateway_handshakes_waited_total',
    'Connections that waited for their turn to shake hands',
    () => pacer().waited,
  )
  counter(
    'parley_gateway_handshakes_dropped_total',
    'Connections dropped because too many waited',
    () => pacer().dropped,
  )
}
