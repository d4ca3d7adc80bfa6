import { findOrganisation } from '@parley/api'
import { answer } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { findOrganisation as find } from '../repo/organisations.ts'

export default answer<typeof findOrganisation, AuthContext>(findOrganisation, async ({ input, ctx }) => ({
  org: await find(ctx.database, input.subdomain),
}))
