import { authorize, type NewUser, role } from '@parley/access'
import { createUser } from '@parley/api'
import { badRequest, orgId, Secret, type UserId } from '@parley/core'
import type { OrmTx, Tx } from '@parley/db'
import { append } from '@parley/events'
import { commitInTurn, route } from '@parley/kit'
import { comeIn } from '../come-in.ts'
import { type AuthContext, now } from '../context.ts'
import { addressFacts, addressPolicy } from '../facts/address.ts'
import { mayCreateUsers } from '../facts/user.ts'
import { invitationsEnded } from '../invitation-events.ts'
import { addressRefusal, insufficient } from '../present/refusal.ts'
import { endInvitationsTo } from '../repo/invitations.ts'
import { readOrganisation } from '../repo/organisations.ts'
import { email } from '../rules/email.ts'
import { fullName } from '../rules/full-name.ts'
import { checkPassword } from '../rules/password-strength.ts'

export default route<typeof createUser, AuthContext, OrmTx>(
  createUser,
  {
    object: ({ ctx, actor, input }) =>
      ctx.database.read(actor.orgId, (tx) => wantedBy(tx, actor.userId, input.email)),
    hidden: insufficient,
    denied: ({ email: address }, reason) => addressRefusal(reason, address.trim()),
  },
  async (handling) => {
    const { input, request, ctx } = handling
    const org = orgId(request.org)
    const name = fullName(input.full_name)
    const address = email(input.email)
    if (address === null) throw badRequest('Bad name or username')
    const organisation = await ctx.database.read(org, readOrganisation)
    checkPassword(input.password, [name, address, organisation?.name ?? '', organisation?.subdomain ?? ''])
    const hash = await ctx.hasher.hash(new Secret(input.password))

    // Hashing took its time: who asks may have lost the right meanwhile.
    return commitInTurn(ctx, handling, async (tx, { actor, rights }) => {
      const wanted = await wantedBy(tx, actor.userId, address)
      const verdict = authorize('user:create', actor, wanted, rights)
      if (!verdict.ok) throw addressRefusal(verdict.reason, address)
      const inviters = await endInvitationsTo(tx, verdict.granted, now(ctx.clock))
      const account = { email: address, fullName: name, hash }
      const entry = { url: request.url, defaults: true, channels: [], groups: [] }
      const { row, events } = await comeIn(ctx, tx, verdict.granted, account, entry)
      await append(tx, rights, [...events, ...(await invitationsEnded(tx, inviters))])
      return { user_id: row.userId }
    })
  },
)

async function wantedBy(tx: Tx, by: UserId, address: string): Promise<NewUser> {
  const operatorAllows = await mayCreateUsers(tx, by)
  return { role: role.member, operatorAllows, address: addressFacts(await addressPolicy(tx), address) }
}
