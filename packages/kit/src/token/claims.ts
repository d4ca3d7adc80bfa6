import type { Principal } from '@parley/api'
import { z } from 'zod'

/** Everything between processes is for this audience and nothing else is. */
export const audience = 'parley'
export const tokenType = 'parley+jwt'
export const algorithm = 'EdDSA'
/** How long a token is good, seconds. */
export const lifeS = 60
/** How far the clocks of two machines may differ, seconds. */
export const leewayS = 5

/** Who may sign tokens; the id of a signer's key begins with its name and a dot. */
export const Issuer = z.enum(['gateway', 'cli'])
export type Issuer = z.infer<typeof Issuer>

export const Claims = z
  .object({
    sub: z.string().regex(/^\d{1,15}$/),
    org: z.int(),
    gen: z.int(),
    cred: z.string().max(100),
    exp: z.number(),
  })
  .transform((c) => ({
    expiresAtS: c.exp,
    principal: { org: c.org, user: Number(c.sub), generation: c.gen, credential: c.cred } satisfies Principal,
  }))
