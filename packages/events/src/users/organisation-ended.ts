import { z } from 'zod'
import { event } from '../event.ts'

/** Who acted: an owner, or null for the operator. */
const by = z.int().nullable()

/** Told to everybody just before the organisation is out of use: the last thing that their clients hear of it. */
export const organisationEnding = event({
  type: 'organisation.ending',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ realm_id: z.int() }),
  wire: ['realm'],
  shape: ({ realm_id }) => ({ type: 'realm', op: 'deactivated', realm_id }),
})

/** The organisation is out of use: every credential has ended, and whatever waits for its events. */
export const organisationDeactivated = event({
  type: 'organisation.deactivated',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ by }),
})

/** It is in use again. What had ended stays ended: keys, sessions, queues and invitations. */
export const organisationReactivated = event({
  type: 'organisation.reactivated',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  audited: true,
  body: z.object({ by }),
})
