import { join } from 'node:path'
import { checkout } from '../installation.ts'

/** How many connections to Postgres one instance of each service keeps at most. */
export const poolSizes = {
  gateway: 8,
  auth: 10,
  streams: 10,
  messaging: 16,
  uploads: 4,
  relay: 4,
  audit: 6,
} as const

export type ServiceName = keyof typeof poolSizes

/** Started in this order, stopped in the reverse one. */
export const startOrder: readonly ServiceName[] = [
  'relay',
  'auth',
  'streams',
  'messaging',
  'uploads',
  'audit',
  'gateway',
]

/** Restarted in this order: a gateway of a version before takes no right away by events that it does not know. */
export const restartOrder: readonly ServiceName[] = [
  'gateway',
  ...startOrder.filter((service) => service !== 'gateway'),
]

/** One instance of a service. */
export interface Instance {
  /** `gateway-2` */
  name: string
  service: ServiceName
  /** From 1. */
  index: number
}

/** Every instance of an installation with so many gateways. */
export const instancesOf = (gateways: number): Instance[] =>
  startOrder.flatMap((service) =>
    Array.from({ length: service === 'gateway' ? gateways : 1 }, (_, i) => ({
      name: `${service}-${i + 1}`,
      service,
      index: i + 1,
    })),
  )

/**
 * What Postgres must allow: every pool full, one gateway's twice while it is being replaced, and some for migrations,
 * the operator and Postgres itself.
 */
export const connectionsNeeded = (instances: readonly Instance[]): number =>
  instances.reduce((sum, instance) => sum + poolSizes[instance.service], 0) + poolSizes.gateway + 30

/** Where gateway `index` listens beside the shared address. */
export const gatewayAddress = (index: number): string => `127.0.0.${index + 1}`

export const mainFileOf = (service: ServiceName): string =>
  join(checkout, 'services', service, 'src', 'main.ts')

/**
 * Node's flags for services. The second optimising compiler works for minutes after every start and again whenever what
 * it assumed proves wrong, on the cores that should serve; services wait for others most of the time, and gain nothing by
 * it (docs/performance.md).
 */
export const engine = ['--no-turbofan'] as const

/** What the instances' environment is made of. */
export interface Surroundings {
  trustDomain: string
  certDir: (identity: string) => string
  publicCertDir: string
  tokenKeys: string
  tokenKey: string
  /** Of what uploads keeps. */
  masterKey: string
  ports: Readonly<Record<string, number>>
  /** By `caller>target`: the port by which a process reaches another, where it is not the other's own. */
  detours: Readonly<Record<string, number>>
  instances: readonly Instance[]
  publicPort: number
  redisPasswordFile: (user: string) => string
  /** Redis users that exist. */
  redisUsers: ReadonlySet<string>
  rateLimitFactor: string
  webPublicChannels: 'on' | 'off'
  logLevel: string
  otlpEndpoint: string | undefined
  /** By what its mail is sent, as it was set; empty where none is. */
  mail: Readonly<Record<string, string>>
}

/** Those that make web-public channels, or show them to who has no account. */
const asksForWebPublic: ReadonlySet<ServiceName> = new Set(['auth', 'streams', 'messaging', 'gateway'])

/** The environment of one instance: its whole configuration. */
export function environmentOf(instance: Instance, around: Surroundings): Record<string, string> {
  const { service, name, index } = instance
  const port = (of: string): string => String(around.detours[`${name}>${of}`] ?? around.ports[of] ?? 0)
  const peers = startOrder
    .map((s) => {
      const addresses = around.instances
        .filter((i) => i.service === s)
        .map((i) => `127.0.0.1:${port(i.name)}`)
      return `${s}=${addresses.join(',')}`
    })
    .join(';')
  return {
    NODE_NAME: name,
    TRUST_DOMAIN: around.trustDomain,
    CERT_DIR: around.certDir(service),
    LINK_LISTEN: `127.0.0.1:${around.ports[name] ?? 0}`,
    LINK_PEERS: peers,
    PG_HOST: '127.0.0.1',
    PG_PORT: port('postgres'),
    PG_DATABASE: database,
    PG_POOL: String(poolSizes[service]),
    NATS_URL: `tls://127.0.0.1:${port('nats')}`,
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: port('redis'),
    ...(around.redisUsers.has(service)
      ? { REDIS_USERNAME: service, REDIS_PASSWORD_FILE: around.redisPasswordFile(service) }
      : {}),
    TOKEN_KEYS_FILE: around.tokenKeys,
    LOG_LEVEL: around.logLevel,
    ...(around.otlpEndpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: around.otlpEndpoint }),
    ...(service === 'uploads' ? { UPLOADS_MASTER_KEY_FILE: around.masterKey } : {}),
    ...(service === 'auth' ? around.mail : {}),
    ...(asksForWebPublic.has(service) ? { WEB_PUBLIC_CHANNELS: around.webPublicChannels } : {}),
    ...(service === 'gateway'
      ? {
          TOKEN_KEY_FILE: around.tokenKey,
          PUBLIC_PORT: String(around.publicPort),
          PUBLIC_ADDRESSES: `127.0.0.1,${gatewayAddress(index)}`,
          PUBLIC_CERT_DIR: around.publicCertDir,
          PUBLIC_HOST: 'localhost',
          RATE_LIMIT_FACTOR: around.rateLimitFactor,
        }
      : {}),
  }
}

/** The one database of an installation. */
export const database = 'parley'
