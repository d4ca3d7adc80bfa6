import { baseSettings, type ConfigOf, natsSettings, postgresSettings } from '@parley/kit'

/** What this service reads from its environment. */
export const auditSettings = { ...baseSettings, ...postgresSettings, ...natsSettings }
export type AuditConfig = ConfigOf<typeof auditSettings>
