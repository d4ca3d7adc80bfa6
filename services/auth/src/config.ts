import {
  baseSettings,
  type ConfigOf,
  natsSettings,
  or,
  postgresSettings,
  webPublicSettings,
  whole,
} from '@parley/kit'
import { mailSettings } from './mail/config.ts'

/** What this service reads from its environment. */
export const authSettings = {
  ...baseSettings,
  ...postgresSettings,
  ...natsSettings,
  ...mailSettings,
  ...webPublicSettings,
  passwords: {
    /** Hashes computed at a time; each takes 19 MiB of memory and most of a core. */
    concurrency: or(whole('PASSWORD_HASHES', 1, 64), 2),
    /** How many sign-ins may wait for their turn before more are refused. */
    queue: or(whole('PASSWORD_QUEUE', 0, 10_000), 64),
  },
}
export type AuthConfig = ConfigOf<typeof authSettings>
