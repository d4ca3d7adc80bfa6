import type { Ids } from '@parley/core'

/** What opens an invitation: 256 random bits as 43 characters of base64url. */
export const newInvitationSecret = (ids: Ids): string => ids.bytes(32).toString('base64url')
