import { baseSettings, type ConfigOf, natsSettings, postgresSettings } from '@parley/kit'

/** What this service reads from its environment. */
export const streamsSettings = { ...baseSettings, ...postgresSettings, ...natsSettings }
export type StreamsConfig = ConfigOf<typeof streamsSettings>
