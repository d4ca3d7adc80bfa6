import { z } from 'zod'
import { call } from '../operation.ts'

/** Makes an account of any role; the operator's command only. */
export const createAccount = call({
  id: 'auth.create-account',
  service: 'auth',
  callers: ['cli'],
  idempotent: false,
  input: z.object({
    org: z.int(),
    email: z.string(),
    fullName: z.string(),
    role: z.literal([100, 200, 300, 400, 600]),
    /** Null: the account signs in with the API key only. */
    password: z.string().nullable(),
  }),
  response: z.object({ user: z.int(), email: z.string(), apiKey: z.string() }),
})
