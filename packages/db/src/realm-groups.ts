import { realmGroupsWith } from '@parley/access'
import { groupId } from '@parley/core'
import { z } from 'zod'

/** The column `permissions` of `auth.v1_permissions`, as the groups that decide; null where nothing was ever set. */
export const KeptRealmGroups = z
  .record(z.string(), z.int().transform(groupId))
  .nullable()
  .transform((given) => realmGroupsWith(given ?? {}))
