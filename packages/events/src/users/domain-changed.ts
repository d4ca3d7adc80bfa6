import { RealmDomain } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** Addresses of another domain come in, or of one not any more. Decisions about new accounts read them. */
export const domainChanged = event({
  type: 'domain.changed',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.discriminatedUnion('op', [
    z.object({ op: z.enum(['add', 'change']), realm_domain: RealmDomain }),
    z.object({ op: z.literal('remove'), domain: z.string() }),
  ]),
  wire: ['realm_domains'],
  shape: (body) => ({ type: 'realm_domains', ...body }),
})
