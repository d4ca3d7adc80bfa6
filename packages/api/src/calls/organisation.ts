import { z } from 'zod'
import { call } from '../operation.ts'

/** Makes an organisation with its first owner; the operator's command only. */
export const createOrganisation = call({
  id: 'auth.create-organisation',
  service: 'auth',
  callers: ['cli'],
  idempotent: false,
  input: z.object({
    name: z.string().min(1).max(40),
    subdomain: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/),
    ownerEmail: z.email().max(254),
    ownerName: z.string().min(1).max(100),
    /** Null: the owner signs in with the API key only until a password is set. */
    ownerPassword: z.string().max(1024).nullable(),
  }),
  response: z.object({ org: z.int(), user: z.int(), email: z.string(), apiKey: z.string() }),
})

/** Takes an organisation out of use, or into use again; the operator's command only. */
const inUse = <const I extends string>(id: I) =>
  call({
    id,
    service: 'auth',
    callers: ['cli'],
    idempotent: true,
    input: z.object({ org: z.int() }),
    /** False where it was so before. */
    response: z.object({ changed: z.boolean() }),
  })
export const deactivateOrganisation = inUse('auth.deactivate-organisation')
export const reactivateOrganisation = inUse('auth.reactivate-organisation')
