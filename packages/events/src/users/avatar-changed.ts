import { avatarSource, avatarUrl, mediumAvatarUrl } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** An account has another picture. Senders are shown by what is remembered under the rights, so it moves them. */
export const avatarChanged = event({
  type: 'user.avatar-changed',
  emitter: 'uploads',
  alsoBy: ['auth'],
  audience: 'organisation',
  changesRights: true,
  audited: true,
  body: z.object({ user_id: z.int(), version: z.int(), uploaded: z.boolean(), by: z.int() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: ({ user_id, version, uploaded }) => ({
    type: 'realm_user',
    op: 'update',
    person: {
      user_id,
      avatar_url: avatarUrl(user_id, version),
      avatar_url_medium: mediumAvatarUrl(user_id, version),
      avatar_source: avatarSource(uploaded),
      avatar_version: version,
    },
  }),
})
