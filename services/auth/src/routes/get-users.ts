import { getUsers } from '@parley/api'
import { onOneTrip, type OrmTx, readSight } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { personIn } from '../present/person.ts'
import { readProfiles } from '../repo/profiles.ts'
import { listUsers } from '../repo/users.ts'

export default route<typeof getUsers, AuthContext, OrmTx>(getUsers, async ({ input, granted, tx }) => {
  const ids = input.user_ids ?? null
  // On one trip, and the transaction ends with it: whoever makes lists for others meanwhile would keep it waiting.
  const [sight, [profiles, rows]] = await onOneTrip(
    readSight(tx, granted.actor),
    onOneTrip(
      input.include_custom_profile_fields ? readProfiles(tx, granted, ids) : Promise.resolve(null),
      listUsers(tx, granted, ids, { last: true }),
    ),
  )
  return {
    members: rows.map((row) =>
      personIn(sight, row, granted.actor, profiles && (profiles.get(row.userId) ?? {})),
    ),
  }
})
