import { getDomains } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readDomains } from '../repo/domains.ts'

export default route<typeof getDomains, AuthContext, OrmTx>(getDomains, async ({ granted, tx }) => ({
  domains: await readDomains(tx, granted),
}))
