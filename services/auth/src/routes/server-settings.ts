import { serverSettings } from '@parley/api'
import { AppError } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { settingsOf } from '../present/server-settings.ts'
import { readIcon, readOrganisation } from '../repo/organisations.ts'

export default route<typeof serverSettings, AuthContext, OrmTx>(
  serverSettings,
  async ({ tx, request, ctx }) => {
    const organisation = await readOrganisation(tx)
    if (!organisation) throw new AppError('NONEXISTENT_SUBDOMAIN', 'Subdomain required')
    return settingsOf(organisation, request, await readIcon(tx), ctx.webPublic)
  },
)
