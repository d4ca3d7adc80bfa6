import { createOrganisation } from '@parley/api'
import { orgId, type OrgId } from '@parley/core'
import type { LinkClient } from '@parley/kit'
import { z } from 'zod'
import { apiClient, type ApiClient } from '../api-client.ts'

/** Every account's password. */
export const testPassword = 'Correct horse battery staple 7'

/** One account of a test network. */
export interface Account extends ApiClient {
  readonly id: number
  readonly email: string
  readonly apiKey: string
}

/** An organisation of a test network, with its owner. */
export interface Organisation {
  readonly id: OrgId
  readonly url: string
  readonly subdomain: string
  readonly owner: Account
  /** Makes an account through the API and gives a client for it, at the named gateway (from 1). */
  person(fullName: string, options?: { readonly gateway?: number }): Promise<Account>
  /** A client of the same organisation with other credentials, or none. */
  client(options?: {
    email?: string
    apiKey?: string
    gateway?: number
    headers?: Record<string, string>
    root?: '/api/v1' | '/json'
  }): ApiClient
}

/** Makes organisations of a network, each with its owner; the first is the one without a subdomain in its address. */
export function organisations({
  link,
  ca,
  publicPort,
  clients,
}: {
  readonly link: LinkClient
  readonly ca: string
  readonly publicPort: number
  /** Ends the clients that are made. */
  readonly clients: AsyncDisposableStack
}): (name?: string) => Promise<Organisation> {
  let organisations = 0
  return async (name = `Organisation ${organisations + 1}`) => {
    const subdomain = `org${++organisations}`
    const made = await link.call(createOrganisation, {
      name,
      subdomain,
      ownerEmail: `owner@${subdomain}.example.com`,
      ownerName: 'Olive Owner',
      ownerPassword: testPassword,
    })
    const url = `https://${organisations === 1 ? '' : `${subdomain}.`}localhost:${publicPort}`
    const client: Organisation['client'] = ({ gateway = 1, ...who } = {}) =>
      clients.use(apiClient({ url, ca, address: `127.0.0.${gateway + 1}`, servername: 'localhost', ...who }))
    const account = (id: number, email: string, apiKey: string, gateway = 1): Account => ({
      ...client({ email, apiKey, gateway }),
      id,
      email,
      apiKey,
    })
    const owner = account(made.user, made.email, made.apiKey)
    return {
      id: orgId(made.org),
      url,
      subdomain,
      owner,
      client,
      async person(fullName, { gateway = 1 } = {}) {
        const email = `${fullName.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}@${subdomain}.example.com`
        const person = { email, full_name: fullName, password: testPassword }
        const created = await owner.ok('POST', '/users', person)
        const key = await client().ok('POST', '/fetch_api_key', { username: email, password: testPassword })
        const id = z.int().parse(created['user_id'])
        return account(id, email, z.string().parse(key['api_key']), gateway)
      },
    }
  }
}
