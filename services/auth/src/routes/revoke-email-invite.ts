import { revokeEmailInvite } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { managed, revoke } from '../managed-invitation.ts'

export default route<typeof revokeEmailInvite, AuthContext, OrmTx>(
  revokeEmailInvite,
  managed('mail'),
  async (handled) => {
    await revoke(handled, handled.granted, 'mail')
    return {}
  },
)
