import { z } from 'zod'
import { event } from '../event.ts'

/**
 * An account knows of other channels than before, because its groups or a channel's permissions changed, or a guest sees
 * other people: its queues begin anew, as after a change of its role. Gateways end those from before the new `vantage`.
 */
export const userMoved = event({
  type: 'user.moved',
  emitter: 'auth',
  alsoBy: ['streams', 'messaging'],
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  body: z.object({ user_id: z.int(), role: z.int(), vantage: z.int() }),
})
