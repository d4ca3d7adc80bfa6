import { getLinkifiers } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readLinkifiers } from '../repo/linkifiers.ts'

export default route<typeof getLinkifiers, AuthContext, OrmTx>(getLinkifiers, async ({ granted, tx }) => ({
  linkifiers: await readLinkifiers(tx, granted),
}))
