import { baseSettings, type ConfigOf, natsSettings, postgresSettings, redisSettings } from '@parley/kit'

/** What this service reads from its environment. */
export const messagingSettings = { ...baseSettings, ...postgresSettings, ...natsSettings, ...redisSettings }
export type MessagingConfig = ConfigOf<typeof messagingSettings>
