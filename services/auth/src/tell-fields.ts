import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import {
  append,
  make,
  type NewEvent,
  organisationListChanged,
  type OrganisationListChanged,
  profileFieldsSet,
} from '@parley/events'
import { readProfileFields } from './repo/profile-fields.ts'

/** Tells everybody of the fields as they are now, and audit of the act. */
export async function tellFields(
  tx: Tx,
  granted: Granted<'organisation:change'>,
  op: OrganisationListChanged['op'],
  id: number | null,
  more: readonly NewEvent[] = [],
): Promise<void> {
  const fields = await readProfileFields(tx, granted)
  const by = granted.actor.userId
  await append(tx, granted.rights, [
    make(organisationListChanged, { list: 'profile_fields', op, id, by }),
    make(profileFieldsSet, { fields }),
    ...more,
  ])
}
