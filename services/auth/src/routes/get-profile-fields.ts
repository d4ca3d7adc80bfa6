import { getProfileFields } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readProfileFields } from '../repo/profile-fields.ts'

export default route<typeof getProfileFields, AuthContext, OrmTx>(
  getProfileFields,
  async ({ granted, tx }) => ({
    custom_fields: await readProfileFields(tx, granted),
  }),
)
