import { role } from '@parley/access'
import { createOrganisation } from '@parley/api'
import { badRequest } from '@parley/core'
import { readRights } from '@parley/db'
import { append, make, organisationCreated } from '@parley/events'
import { answer } from '@parley/kit'
import { commit } from '../commit.ts'
import { type AuthContext, now } from '../context.ts'
import { hashed, operatorAccount } from '../operator-account.ts'
import { drawOrganisation, insertOrganisation } from '../repo/organisations.ts'
import { insertSystemBot } from '../repo/system-bot.ts'
import { fullName } from '../rules/full-name.ts'
import { checkPassword } from '../rules/password-strength.ts'

export default answer<typeof createOrganisation, AuthContext>(
  createOrganisation,
  async ({ input, ctx, signal }) => {
    const { name, subdomain, ownerPassword, ownerEmail: address } = input
    const ownerName = fullName(input.ownerName)
    if (ownerPassword !== null) checkPassword(ownerPassword, [ownerName, address, name, subdomain])
    const hash = await hashed(ctx, ownerPassword)
    const org = await drawOrganisation(ctx.database)

    return commit(ctx, org, signal, async (tx) => {
      if (!(await insertOrganisation(tx, { name, subdomain, at: now(ctx.clock) })))
        throw badRequest('Subdomain is already in use. Please choose a different one.')
      const owner = { email: address, fullName: ownerName, hash, canCreateUsers: true }
      const { events, ...made } = await operatorAccount(ctx, tx, role.owner, owner)
      await insertSystemBot(tx, now(ctx.clock))
      const created = make(organisationCreated, { owner_id: made.user })
      await append(tx, await readRights(tx), [created, ...events])
      return { org, ...made }
    })
  },
)
