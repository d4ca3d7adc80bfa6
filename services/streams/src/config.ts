import { baseSettings, type ConfigOf, natsSettings, postgresSettings, webPublicSettings } from '@parley/kit'

/** What this service reads from its environment. */
export const streamsSettings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  ...webPublicSettings,
}
export type StreamsConfig = ConfigOf<typeof streamsSettings>
