import { Secret } from '@parley/core'
import { z } from 'zod'
import { address, type Peers, peers } from './address.ts'
import { choice, type ConfigOf, folder, jsonValue, or, secret, setting, text, url, whole } from './setting.ts'

const hostName = /^[\w.:-]{1,255}$/

/** A public Ed25519 key that tokens are checked with; its `kid` starts with the name of who signs with it. */
const PublicKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  kid: z.string().regex(/^(gateway|cli)\./),
})
/** The public keys of everybody who signs tokens (a JWKS document). */
export const TokenKeys = z.object({ keys: z.array(PublicKey).min(1) })
export type TokenKeys = z.infer<typeof TokenKeys>

/** The private key that a gateway or the command signs tokens with. */
export const TokenKey = PublicKey.extend({ d: z.string().min(1) })
export type TokenKey = z.infer<typeof TokenKey>

const noPeers: Peers = {}

/** What every service process needs. */
export const baseSettings = {
  node: text('NODE_NAME', 'a name of lower-case letters, digits and hyphens', /^[a-z][a-z0-9-]{0,62}$/),
  trustDomain: text(
    'TRUST_DOMAIN',
    'a trust domain such as x.parley.internal',
    /^[a-z0-9-]+(\.[a-z0-9-]+)*$/,
  ),
  certDir: folder('CERT_DIR'),
  listen: address('LINK_LISTEN'),
  peers: or(peers('LINK_PEERS'), noPeers),
  tokenKeys: jsonValue('TOKEN_KEYS', 'a JWKS document with Ed25519 keys', TokenKeys),
  logLevel: or(choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error']), 'info' as const),
  otlpEndpoint: or(url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http', 'https']), null),
}
export type BaseConfig = ConfigOf<typeof baseSettings>

/** Postgres, entered as the role in the client certificate's CN. */
export const postgresSettings = {
  postgres: {
    host: text('PG_HOST', 'a host name or address', hostName),
    port: whole('PG_PORT', 1, 65_535),
    database: text('PG_DATABASE', 'a database name', /^[a-z_][a-z0-9_-]{0,62}$/),
    pool: or(whole('PG_POOL', 1, 1000), 10),
  },
}
export type PostgresConfig = ConfigOf<typeof postgresSettings>['postgres']

/** May there be web-public channels at all? Organisations choose beside (`enable_spectator_access`). */
export const webPublicSettings = {
  webPublicChannels: or(choice('WEB_PUBLIC_CHANNELS', ['on', 'off']), 'on' as const),
}

export const natsSettings = { nats: { url: url('NATS_URL', ['tls']) } }
export type NatsConfig = ConfigOf<typeof natsSettings>['nats']

export const redisSettings = {
  redis: {
    host: text('REDIS_HOST', 'a host name or address', hostName),
    port: whole('REDIS_PORT', 1, 65_535),
    username: text('REDIS_USERNAME', 'a user name', /^[\w-]{1,64}$/),
    password: secret('REDIS_PASSWORD', 16),
  },
}
export type RedisConfig = ConfigOf<typeof redisSettings>['redis']

/** For the processes that mint tokens: the gateway and the command. */
export const signingSettings = {
  tokenKey: setting('TOKEN_KEY', 'a private Ed25519 key (JWK)', (value): Secret | undefined => {
    try {
      return TokenKey.safeParse(JSON.parse(value)).success ? new Secret(value) : undefined
    } catch {
      return undefined
    }
  }),
}
export type SigningConfig = ConfigOf<typeof signingSettings>
