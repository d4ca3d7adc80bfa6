import {
  baseSettings,
  type ConfigOf,
  decimal,
  folder,
  list,
  natsSettings,
  or,
  postgresSettings,
  redisSettings,
  signingSettings,
  text,
  webPublicSettings,
  whole,
} from '@parley/kit'

/** What this service reads from its environment. */
export const gatewaySettings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  ...redisSettings,
  ...signingSettings,
  ...webPublicSettings,
  public: {
    /** One port on every address; other gateways may share it. */
    port: whole('PUBLIC_PORT', 0, 65_535),
    addresses: list('PUBLIC_ADDRESSES', 'IP addresses', /^[0-9a-fA-F.:]{2,45}$/),
    /** The folder of `server.crt` and `server.key` that clients see. */
    certDir: folder('PUBLIC_CERT_DIR'),
    /** The root host; organisations answer on names below it. */
    host: text('PUBLIC_HOST', 'a host name in lower case', /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/),
  },
  /** Multiplies every limit, for load tests. */
  limitFactor: or(decimal('RATE_LIMIT_FACTOR', 0.001, 1_000_000), 1),
}
export type GatewayConfig = ConfigOf<typeof gatewaySettings>
