import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientConfig } from 'pg'

/** How bare pg reaches the product's database as a service's role: over mutual TLS, as the service does. */
export function bareConnection(data: string, service: string, port: number): ClientConfig {
  const file = (name: string): string => readFileSync(join(data, 'certs', service, name), 'utf8')
  return {
    host: '127.0.0.1',
    port,
    database: 'parley',
    user: `svc_${service}`,
    ssl: { ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key'), minVersion: 'TLSv1.3' },
  }
}
