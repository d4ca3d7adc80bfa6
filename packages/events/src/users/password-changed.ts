import { z } from 'zod'
import { event } from '../event.ts'

/** Somebody has another password: every session of theirs ended but the one that it was changed in. Keys stay. */
export const passwordChanged = event({
  type: 'password.changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({
    user_id: z.int(),
    generation: z.int(),
    /** Null: none was kept. */
    kept_session: z.int().nullable(),
  }),
})
