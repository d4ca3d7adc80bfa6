import { getUser } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { sightFacts } from '../facts/sight.ts'
import { person } from '../present/person.ts'
import { insufficient } from '../present/refusal.ts'
import { readProfiles } from '../repo/profiles.ts'
import { readUser } from '../repo/users.ts'

const unknown = (): AppError => badRequest('No such user')

export default route<typeof getUser, AuthContext, OrmTx>(
  getUser,
  {
    async object({ input, actor, tx }) {
      const facts = await sightFacts(tx, actor, input.user_id)
      if (!facts) throw unknown()
      return facts
    },
    hidden: unknown,
    denied: insufficient,
  },
  async ({ input, granted, actor, tx }) => {
    const row = await readUser(tx, granted)
    const profiles = input.include_custom_profile_fields
      ? await readProfiles(tx, granted, [row.userId])
      : null
    return { user: person(row, actor, profiles && (profiles.get(row.userId) ?? {})) }
  },
)
