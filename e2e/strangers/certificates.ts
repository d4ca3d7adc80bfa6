import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { fixedClock, systemClock, systemIds } from '@parley/core'
import { createCa, issueClient, loadCa, type Pair, spiffeId } from '@parley/crypto'

const dayMs = 86_400_000
const now = systemClock.now()

/** What a peer may show. */
export interface Shown {
  readonly title: string
  /** Nothing, or a certificate with its key. */
  readonly pair: Pair | null
  /** Is it good but for the name it holds? Redis, which knows no names, then asks for a password. */
  readonly misnamed?: true
  /** Would NATS take it for a service’s? Only our authority could make one, and it makes none. */
  readonly natsKnows?: true
}

export const read = (data: string, path: string): string => readFileSync(join(data, path), 'utf8')

/** The client pair of an identity of the installation. */
export const pairOf = (data: string, identity: string, use: 'client' | 'server' = 'client'): Pair => ({
  cert: read(data, `certs/${identity}/${use}.crt`),
  key: read(data, `certs/${identity}/${use}.key`),
})

/** Everything that a stranger could show in place of the messaging service's certificate. */
export async function strangersOf(data: string, trustDomain: string): Promise<readonly Shown[]> {
  const root = { cert: read(data, 'ca/internal-ca.crt'), key: read(data, 'ca/internal-ca.key') }
  const at = (time: number) => loadCa(root, { clock: fixedClock(time), ids: systemIds })
  const ours = await at(now)
  const foreign = await createCa('Parley internal CA', { clock: systemClock, ids: systemIds })
  const name = { trustDomain, service: 'messaging', role: 'svc_messaging' }
  const uri = spiffeId(trustDomain, 'messaging')
  const named = (names: { uris?: string[]; dns?: string[] }, commonName = 'nobody'): Promise<Pair> =>
    ours.issue({ commonName, use: 'client', days: 1, ...names })
  const elsewhere = spiffeId('elsewhere.parley.internal', 'messaging')
  const self = await createCa('svc_messaging', { clock: systemClock, ids: systemIds })
  return [
    { title: 'no certificate', pair: null },
    {
      title: 'one that has expired',
      pair: await issueClient(await at(now - 9 * dayMs), { ...name, days: 2 }),
    },
    { title: 'one that is not valid yet', pair: await issueClient(await at(now + 2 * dayMs), name) },
    { title: 'one of a foreign authority', pair: await issueClient(foreign, name) },
    { title: 'one signed by itself', pair: self.pair },
    { title: 'a server’s', pair: pairOf(data, 'messaging', 'server') },
    { title: 'one of another trust domain', pair: await named({ uris: [elsewhere] }), misnamed: true },
    {
      title: 'one with two names of others',
      pair: await named({ uris: [elsewhere, `${uri}-2`] }),
      misnamed: true,
    },
    { title: 'one without a URI', pair: await named({ dns: ['messaging'] }), misnamed: true },
    {
      title: 'one that hides a name in a name',
      pair: await named({ uris: [`${elsewhere}, URI:${uri}`] }),
      misnamed: true,
    },
    {
      title: 'one in capitals',
      pair: await named({ uris: [uri.replace('spiffe', 'SPIFFE')] }),
      misnamed: true,
      natsKnows: true,
    },
    {
      title: 'one with two names of ours',
      pair: await named({ uris: [uri, spiffeId(trustDomain, 'relay')] }),
      misnamed: true,
      natsKnows: true,
    },
    {
      title: 'one of no service',
      pair: await named({ uris: [spiffeId(trustDomain, 'nobody')] }),
      misnamed: true,
    },
  ]
}
