import { z } from 'zod'
import { event } from '../event.ts'

/** The acting account; null where the server's operator acted. */
const by = z.int().nullable()

/** An organisation came to be, with its first owner. */
export const organisationCreated = event({
  type: 'organisation.created',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  audited: true,
  body: z.object({ owner_id: z.int() }),
})

/** The audited side of `user.created`: who made which account, without its name. */
export const accountCreated = event({
  type: 'account.created',
  emitter: 'auth',
  audience: 'nobody',
  audited: true,
  body: z.object({ user_id: z.int(), role: z.int(), by }),
})

/** An API key was made; the ones before it stay good. */
export const keyCreated = event({
  type: 'key.created',
  emitter: 'auth',
  audience: 'nobody',
  audited: true,
  body: z.object({ user_id: z.int(), key_id: z.int(), method: z.enum(['password', 'operator', 'owner']) }),
})

/** Every API key of an account ended and a new one was made. */
export const keyRegenerated = event({
  type: 'key.regenerated',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ user_id: z.int(), key_id: z.int(), generation: z.int(), by }),
})

/** A browser signed in. */
export const sessionCreated = event({
  type: 'session.created',
  emitter: 'auth',
  audience: 'nobody',
  audited: true,
  body: z.object({ user_id: z.int(), session_id: z.int(), method: z.enum(['password']) }),
})

/** A browser signed out, or its session was taken away. */
export const sessionEnded = event({
  type: 'session.ended',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ user_id: z.int(), session_id: z.int(), generation: z.int(), by }),
})
