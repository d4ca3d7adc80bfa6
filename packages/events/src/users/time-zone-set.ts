import { z } from 'zod'
import { event } from '../event.ts'

/** An account is in another time zone. `email` is what everybody is shown as its address. */
export const timeZoneSet = event({
  type: 'user.time-zone-set',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ user_id: z.int(), email: z.string(), timezone: z.string() }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: (person) => ({ type: 'realm_user', op: 'update', person }),
})
