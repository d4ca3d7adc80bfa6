import { getUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { person } from '../present/person.ts'
import { readProfiles } from '../repo/profiles.ts'
import { listUsers } from '../repo/users.ts'

export default route<typeof getUser, AuthContext, OrmTx>(getUser, async ({ input, granted, tx }) => {
  const [row] = await listUsers(tx, granted, [input.user_id])
  if (!row) throw badRequest('No such user')
  const profiles = input.include_custom_profile_fields ? await readProfiles(tx, granted, [row.userId]) : null
  return { user: person(row, granted.actor, profiles && (profiles.get(row.userId) ?? {})) }
})
