import { listAudited } from '@parley/api'
import { answer } from '@parley/kit'
import type { AuditContext } from '../context.ts'
import { readOrganisations } from '../repo/tree.ts'

export default answer<typeof listAudited, AuditContext>(listAudited, async ({ ctx }) => ({
  orgs: await readOrganisations(ctx.database),
}))
