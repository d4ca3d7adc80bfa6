import type { Authority, Pair } from './authority.ts'
import { spiffeId } from './spiffe.ts'

export interface ServiceName {
  trustDomain: string
  service: string
  days?: number
}

const defaultDays = 30

/**
 * The certificate a service shows when it connects. CN is its Postgres role; its only alternative name
 * is the SPIFFE id, because NATS would map an e-mail or DNS name to a user before it looks at the URI.
 */
export const issueClient = (
  ca: Authority,
  name: ServiceName & { role: string; generation?: number },
): Promise<Pair> =>
  ca.issue({
    commonName: name.role,
    use: 'client',
    uris: [spiffeId(name.trustDomain, name.service, name.generation)],
    days: name.days ?? defaultDays,
  })

/** The certificate a service shows on its internal listeners; peers check the SPIFFE id, not only the host. */
export const issueServer = (
  ca: Authority,
  name: ServiceName & { dns?: readonly string[]; ips?: readonly string[] },
): Promise<Pair> =>
  ca.issue({
    commonName: name.service,
    use: 'server',
    dns: unique(['localhost', ...(name.dns ?? [])]),
    ips: unique(['127.0.0.1', ...(name.ips ?? [])]),
    uris: [spiffeId(name.trustDomain, name.service)],
    days: name.days ?? defaultDays,
  })

/** The certificate of the public listener: host names and addresses only. */
export const issuePublic = (
  ca: Authority,
  names: { dns: readonly string[]; ips: readonly string[]; days?: number },
): Promise<Pair> =>
  ca.issue({
    commonName: names.dns[0] ?? 'localhost',
    use: 'server',
    dns: unique(names.dns),
    ips: unique(names.ips),
    days: names.days ?? defaultDays,
  })

const unique = (values: readonly string[]): string[] => [...new Set(values)]
