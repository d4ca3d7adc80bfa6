import { deactivateRealm } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { endOrganisation } from '../end-organisation.ts'

export default route<typeof deactivateRealm, AuthContext, OrmTx>(
  deactivateRealm,
  async ({ input, granted, rights, tx, ctx }) => {
    // Nothing deletes it later, so nobody is promised that.
    if (typeof input.deletion_delay_days === 'number')
      throw badRequest('Data deletion is not available on this server.')
    const events = await endOrganisation(tx, granted, now(ctx.clock))
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)
