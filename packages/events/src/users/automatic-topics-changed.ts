import { z } from 'zod'
import { event } from '../event.ts'

/**
 * Somebody wants other topics followed or unmuted by themselves than before. Sends remember that of their senders under the
 * rights, so it moves them; it takes nothing away.
 */
export const automaticTopicsChanged = event({
  type: 'account.automatic-topics-changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  body: z.object({ user_id: z.int() }),
})
