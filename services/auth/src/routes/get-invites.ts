import { getInvites } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import { type AuthContext, now } from '../context.ts'
import { inviteObject } from '../present/invitation.ts'
import { listInvitations } from '../repo/invitations.ts'

export default route<typeof getInvites, AuthContext, OrmTx>(getInvites, async ({ granted, tx, ctx }) => ({
  invites: (await listInvitations(tx, granted, now(ctx.clock))).map(inviteObject),
}))
