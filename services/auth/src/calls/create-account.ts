import { createAccount } from '@parley/api'
import { badRequest, orgId } from '@parley/core'
import { readRights } from '@parley/db'
import { append } from '@parley/events'
import { answer } from '@parley/kit'
import { commit } from '../commit.ts'
import type { AuthContext } from '../context.ts'
import { hashed, operatorAccount } from '../operator-account.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { email } from '../rules/email.ts'
import { fullName } from '../rules/full-name.ts'
import { checkPassword } from '../rules/password-strength.ts'

export default answer<typeof createAccount, AuthContext>(createAccount, async ({ input, ctx, signal }) => {
  const org = orgId(input.org)
  const address = email(input.email)
  if (address === null) throw badRequest('Bad name or username')
  const name = fullName(input.fullName)
  const organisation = await ctx.database.read(org, readOrganisation)
  if (!organisation) throw badRequest('No such organization')
  if (input.password !== null)
    checkPassword(input.password, [name, address, organisation.name, organisation.subdomain])
  const hash = await hashed(ctx, input.password)

  return commit(ctx, org, signal, async (tx) => {
    const rights = await readRights(tx)
    // Nobody comes into one that is out of use. Looked at behind the rights, which taking it out moves.
    if ((await readOrganisation(tx))?.deactivated !== false)
      throw badRequest('This organization has been deactivated')
    const { events, ...made } = await operatorAccount(ctx, tx, input.role, {
      email: address,
      fullName: name,
      hash,
    })
    await append(tx, rights, events)
    return made
  })
})
