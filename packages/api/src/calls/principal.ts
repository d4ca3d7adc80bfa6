import { z } from 'zod'
import { call } from '../operation.ts'
import { Principal } from '../principal.ts'

/** Turns a credential into a principal. Fails with UNAUTHORIZED and the message Zulip's clients know. */
export const authenticate = call({
  id: 'auth.authenticate',
  service: 'auth',
  callers: ['gateway'],
  idempotent: true,
  input: z.discriminatedUnion('scheme', [
    z.object({ scheme: z.literal('basic'), org: z.int(), email: z.string(), apiKey: z.string() }),
    z.object({ scheme: z.literal('session'), org: z.int(), token: z.string() }),
  ]),
  response: z.object({
    principal: Principal,
    role: z.int(),
    /** Is it a bot that only sends what comes from elsewhere? It stays one. */
    incomingWebhook: z.boolean().default(false),
    /** Whose bot it is, if it is one; its keys end with a change of it. */
    botOwner: z.int().nullable().default(null),
    /** How long the credential is good if nobody ends it, milliseconds; null: for ever. */
    goodForMs: z.number().nullable(),
  }),
})

/** Finds the organisation a host name stands for. `subdomain` null is the root host: the first organisation. */
export const findOrganisation = call({
  id: 'auth.find-organisation',
  service: 'auth',
  callers: ['gateway', 'cli'],
  idempotent: true,
  input: z.object({ subdomain: z.string().nullable() }),
  response: z.object({ org: z.int().nullable() }),
})
