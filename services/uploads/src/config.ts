import { type Key, parseKey } from '@parley/crypto'
import {
  baseSettings,
  type ConfigOf,
  natsSettings,
  postgresSettings,
  setting,
  type Setting,
} from '@parley/kit'

/** The key that wraps the organisations' keys. */
const masterKey: Setting<Key> = setting('UPLOADS_MASTER_KEY', '32 bytes in Base64', parseKey)

/** What this service reads from its environment. */
export const uploadsSettings = { ...baseSettings, ...postgresSettings, ...natsSettings, masterKey }
export type UploadsConfig = ConfigOf<typeof uploadsSettings>
