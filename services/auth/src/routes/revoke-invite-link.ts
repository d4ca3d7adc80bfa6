import { revokeInviteLink } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { managed, revoke } from '../managed-invitation.ts'

export default route<typeof revokeInviteLink, AuthContext, OrmTx>(
  revokeInviteLink,
  managed('link'),
  async (handled) => {
    await revoke(handled, handled.granted, 'link')
    return {}
  },
)
