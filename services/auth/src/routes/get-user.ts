import { getUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { person } from '../present/person.ts'
import { listUsers } from '../repo/users.ts'

export default route<typeof getUser, AuthContext, OrmTx>(getUser, async ({ input, granted, tx }) => {
  const [row] = await listUsers(tx, granted, [input.user_id])
  if (!row) throw badRequest('No such user')
  return { user: person(row, granted.actor, input.include_custom_profile_fields) }
})
