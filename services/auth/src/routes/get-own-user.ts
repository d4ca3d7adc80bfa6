import { getOwnUser } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { ownPerson } from '../present/person.ts'

export default route<typeof getOwnUser, AuthContext, OrmTx>(getOwnUser, async ({ granted, ctx }) => {
  const own = ctx.own.of(granted)
  return ownPerson(own, own.profile)
})
