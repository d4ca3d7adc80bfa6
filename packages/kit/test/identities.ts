import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemIds } from '@parley/core'
import { type Authority, createCa, issueClient, issueServer, type Pair, writePair } from '@parley/crypto'

export const trustDomain = 'test.parley.internal'

/** Folders with certificates, as the command makes them for services. */
export interface Identities extends AsyncDisposable {
  readonly root: string
  readonly ca: Authority
  /** Another authority that names the same trust domain. */
  readonly foreign: Authority
  /** Makes a folder for an identity. @returns its path */
  add(service: string, options?: IdentityOptions): Promise<string>
}
export interface IdentityOptions {
  readonly ca?: Authority
  readonly trustDomain?: string
  /** Instead of the folder's usual client pair. */
  readonly client?: Pair
  readonly dns?: readonly string[]
}

export async function createIdentities(): Promise<Identities> {
  const sources = { clock: systemClock, ids: systemIds }
  const root = await mkdtemp(join(tmpdir(), 'parley-kit-'))
  const ca = await createCa('internal', sources)
  const foreign = await createCa('foreign', sources)
  let made = 0
  return {
    root,
    ca,
    foreign,
    async add(service, options = {}) {
      const dir = join(root, `${service}-${++made}`)
      await writeIdentity(dir, service, ca, options)
      return dir
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  }
}

/** Writes (or replaces) an identity's folder. */
export async function writeIdentity(
  dir: string,
  service: string,
  trusted: Authority,
  { ca = trusted, client, dns = [], ...options }: IdentityOptions = {},
): Promise<void> {
  const name = { trustDomain: options.trustDomain ?? trustDomain, service, role: `svc_${service}`, dns }
  await writePair(dir, 'client', client ?? (await issueClient(ca, name)))
  await writePair(dir, 'server', await issueServer(ca, name))
  await writeFile(join(dir, 'ca.crt'), trusted.pair.cert)
}
