import { baseSettings, type ConfigOf, natsSettings, or, postgresSettings, whole } from '@parley/kit'

/** What this service reads from its environment. */
export const relaySettings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  relay: {
    /** The same for every relay of an installation. More let several relays share the work. */
    shards: or(whole('RELAY_SHARDS', 1, 256), 2),
    /** Copies of the stream in a NATS cluster. */
    replicas: or(whole('STREAM_REPLICAS', 1, 5), 1),
    /** How long the log is kept, and so the longest life of a queue. */
    keepHours: or(whole('LOG_KEEP_HOURS', 1, 24 * 31), 24),
  },
}
export type RelayConfig = ConfigOf<typeof relaySettings>
