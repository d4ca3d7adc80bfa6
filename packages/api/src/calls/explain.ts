import { z } from 'zod'
import { call } from '../operation.ts'

const Decision = z.object({
  action: z.string(),
  /** `hide`: answered exactly as if there were no such thing. */
  verdict: z.enum(['allow', 'deny', 'hide']),
  /** A code of the policy table; null where it is allowed. */
  reason: z.string().nullable(),
})

/** Null for what is not there. */
const Explained = z.object({
  user: z
    .object({
      role: z.int(),
      active: z.boolean(),
      bot: z.boolean(),
      groups: z.array(z.int()),
      /** When a member becomes a full one, as an ISO time; null for everybody else. */
      full_from: z.string().nullable(),
    })
    .nullable(),
  facts: z.record(z.string(), z.boolean()).nullable(),
  decisions: z.array(Decision),
})
export type ExplainedAccess = z.output<typeof Explained>

/**
 * Decides every action that one account may try on one channel or message as a request would, and names what decided.
 * For the operator's command only: it tells what the account itself may not know.
 */
export const explainAccess = call({
  id: 'messaging.explain-access',
  service: 'messaging',
  callers: ['cli'],
  idempotent: true,
  input: z.object({
    org: z.int(),
    user: z.int(),
    kind: z.enum(['channel', 'message']),
    id: z.int(),
  }),
  response: Explained,
})

/** The same for groups and other accounts. */
export const explainAccessToPeople = call({
  id: 'auth.explain-access',
  service: 'auth',
  callers: ['cli'],
  idempotent: true,
  input: z.object({ org: z.int(), user: z.int(), kind: z.enum(['group', 'user']), id: z.int() }),
  response: Explained,
})
