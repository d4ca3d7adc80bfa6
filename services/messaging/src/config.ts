import {
  baseSettings,
  type ConfigOf,
  natsSettings,
  postgresSettings,
  redisSettings,
  webPublicSettings,
} from '@parley/kit'

/** What this service reads from its environment. */
export const messagingSettings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  ...redisSettings,
  ...webPublicSettings,
}
export type MessagingConfig = ConfigOf<typeof messagingSettings>
