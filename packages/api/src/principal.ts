import { z } from 'zod'

/** Who a request comes from, as the token says it: who, never what they may. */
export const Principal = z.object({
  org: z.int(),
  user: z.int(),
  /** The account's generation when the credential was checked; any revocation raises it. */
  generation: z.int(),
  /** Which credential: `key:ID`, `session:ID`, or `cli`. */
  credential: z.string(),
})
export type Principal = z.infer<typeof Principal>

/** Facts of the request that are not parameters; they travel beside the input on the link. */
export const RequestFacts = z.object({
  /** The organisation that the host name stands for. */
  org: z.int(),
  /** Base URL of the organisation as the client sees it, without a slash at the end. */
  url: z.string(),
  /** Name part of the User-Agent, at most 30 characters. */
  client: z.string(),
  /** The client's address, for limits and audit. */
  ip: z.string(),
  /** `Idempotency-Key` header, where given. */
  idempotencyKey: z.string().optional(),
})
export type RequestFacts = z.infer<typeof RequestFacts>
