import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathText, text } from '../param.ts'

/** A domain whose addresses may come in, where the organisation restricts that (Zulip API: `realm_domains`). */
export const RealmDomain = z.object({ domain: z.string(), allow_subdomains: z.boolean() })
export type RealmDomain = z.infer<typeof RealmDomain>

/** Most domains of one organisation. */
export const maxDomains = 200
const longest = 255

const own = { service: 'auth', limits: apiByUser, callers: ['gateway'] } as const
const change = { ...own, access: 'organisation:change', transaction: 'write' } as const
const one = '/api/v1/realm/domains/{domain}'

/** The organisation's domains, by name. */
export const getDomains = operation({
  ...own,
  id: 'get-realm-domains',
  method: 'GET',
  path: '/api/v1/realm/domains',
  access: 'organisation:read',
  transaction: 'read',
  params: {},
  response: z.object({ domains: z.array(RealmDomain) }),
})

/** Adds a domain. */
export const addDomain = operation({
  ...change,
  id: 'add-realm-domain',
  method: 'POST',
  path: '/api/v1/realm/domains',
  params: { domain: text(longest), allow_subdomains: bool() },
  response: z.object({ new_domain: z.tuple([z.int(), z.string()]) }),
})

/** Says whether what is below a domain may come in too. */
export const changeDomain = operation({
  ...change,
  id: 'change-realm-domain',
  method: 'PATCH',
  path: one,
  idempotent: true,
  params: { domain: pathText(longest), allow_subdomains: bool() },
  response: z.object({}),
})

/** Takes a domain away. */
export const removeDomain = operation({
  ...change,
  id: 'remove-realm-domain',
  method: 'DELETE',
  path: one,
  params: { domain: pathText(longest) },
  response: z.object({}),
})
