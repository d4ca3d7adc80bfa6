import { baseSettings, type ConfigOf, natsSettings, postgresSettings } from '@parley/kit'

/** What this service reads from its environment. */
export const messagingSettings = { ...baseSettings, ...postgresSettings, ...natsSettings }
export type MessagingConfig = ConfigOf<typeof messagingSettings>
