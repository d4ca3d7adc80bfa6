import { z } from 'zod'
import { call } from '../operation.ts'

/** Recomputes the audit tree of one organisation from its leaves and compares it with what was recorded. */
export const verifyAudit = call({
  id: 'audit.verify',
  service: 'audit',
  callers: ['cli'],
  idempotent: true,
  input: z.object({ org: z.int() }),
  response: z.object({
    org: z.int(),
    size: z.int(),
    /** Hex of the root kept beside the leaves, and of the one computed from them now. */
    recorded: z.string(),
    computed: z.string(),
    ok: z.boolean(),
    /** What does not fit, in one line; null where everything does. */
    fault: z.string().nullable(),
  }),
})

/** The organisations that have a log: each has an audit tree, empty until something audited happens. */
export const listAudited = call({
  id: 'audit.list',
  service: 'audit',
  callers: ['cli'],
  idempotent: true,
  input: z.object({}),
  response: z.object({ orgs: z.array(z.int()) }),
})
