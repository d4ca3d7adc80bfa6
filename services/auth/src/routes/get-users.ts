import { getUsers } from '@parley/api'
import { type OrmTx, readSight } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { personIn } from '../present/person.ts'
import { readProfiles } from '../repo/profiles.ts'
import { listUsers } from '../repo/users.ts'

export default route<typeof getUsers, AuthContext, OrmTx>(getUsers, async ({ input, granted, tx }) => {
  const sight = await readSight(tx, granted.actor)
  const rows = await listUsers(tx, granted, input.user_ids ?? null)
  const profiles = input.include_custom_profile_fields
    ? await readProfiles(tx, granted, input.user_ids ?? null)
    : null
  return {
    members: rows.map((row) =>
      personIn(sight, row, granted.actor, profiles && (profiles.get(row.userId) ?? {})),
    ),
  }
})
