import { nobody } from '@parley/access'
import { updateStatusForUser } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { personFacts, unknownUser } from '../facts/person.ts'
import { setStatus } from '../set-status.ts'

export default route<typeof updateStatusForUser, Context, Tx>(
  updateStatusForUser,
  {
    object: async ({ tx, input }) => (await personFacts(tx, input.user_id)) ?? nobody,
    hidden: unknownUser,
    denied: () => new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator'),
  },
  async ({ input, granted, rights, tx }) => {
    if (!granted.object.isActive) throw badRequest('User is deactivated')
    return setStatus(tx, granted, rights, input)
  },
)
