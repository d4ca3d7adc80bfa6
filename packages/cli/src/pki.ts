import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createCa,
  createTokenKey,
  dueForRenewal,
  factsOf,
  issueClient,
  issuePublic,
  issueServer,
  jwksOf,
  loadCa,
  readPair,
  signedBy,
  trustDomainOf,
  spiffeId,
  writeAtomically,
  writePair,
  type Authority,
  type Pair,
  type Sources,
  type TokenKey,
} from '@parley/crypto'
import {
  isRevoked,
  readGenerations,
  readTrust,
  rememberIssued,
  writeTrust,
  type Trust,
} from './authorities.ts'
import { identities, type Identity } from './identities.ts'

/** The certificates and keys of an installation, as paths; the files are replaced in place on renewal. */
export interface Pki {
  trustDomain: string
  /** The root that clients of the public port trust. */
  publicCa: string
  /** The folder with an identity's `client.*`, `server.*` and `ca.crt`. */
  certDir: (identity: string) => string
  /** `server.*` of the public listener. */
  publicCertDir: string
  /** The public keys that verify tokens (JWKS). */
  tokenKeys: string
  /** The private key of a signer. */
  tokenKey: (holder: TokenHolder) => string
  /** The key that wraps those of what organisations upload: whoever loses it has lost their images. */
  masterKey: string
  /** The identities whose files changed just now; `public` is one of them. */
  renewed: readonly string[]
  /** The authorities between processes, as they are now. */
  trust: Trust
  /** Of client certificates, by identity; 1 where none is named. Read again at each call. */
  generations: () => Promise<Readonly<Record<string, number>>>
}

export interface PkiOptions {
  dir: string
  sources: Sources
  /** What the public certificate names. */
  publicNames: { dns: readonly string[]; ips: readonly string[] }
  /** Life of the leaves in days. */
  days?: number
}

const holders = ['gateway', 'cli'] as const
export type TokenHolder = (typeof holders)[number]

/**
 * Makes what is missing of an installation's authorities, certificates and token keys, and renews
 * what has less than a third of its life left. What is there and good is not touched.
 */
export async function ensurePki({ dir, sources, publicNames, days = 30 }: PkiOptions): Promise<Pki> {
  const caDir = join(dir, 'ca')
  const certDir = (identity: string): string => join(dir, 'certs', identity)
  const tokenDir = join(dir, 'tokens')
  await Promise.all(
    [caDir, join(dir, 'certs'), tokenDir].map((d) => mkdir(d, { recursive: true, mode: 0o700 })),
  )
  const trustDomain = trustDomainOf(await installId(caDir, sources))
  const trust = await readTrust(caDir, internalTitle(trustDomain), sources)
  const internal = trust.issuing
  const generations = await readGenerations(caDir)
  const open = await ensureCa(caDir, 'public-ca', `Parley local CA ${trustDomain}`, sources)
  const renewed = new Set<string>()
  const now = sources.clock.now()

  const ensure = async (
    owner: string,
    name: string,
    ca: Authority,
    issue: () => Promise<Pair>,
    names?: string,
  ): Promise<void> => {
    const old = await readPair(certDir(owner), name).catch(() => undefined)
    const good =
      old !== undefined &&
      !dueForRenewal(old.cert, now) &&
      signedBy(old.cert, ca.pair.cert) &&
      (names === undefined || factsOf(old.cert).subjectAltName === names) &&
      !(await isRevoked(caDir, old.cert))
    const pair = good ? old : await issue()
    // The old one too: it may have been issued before such things were written down, and be good for long yet.
    for (const each of ca === internal ? [old, pair] : [])
      if (each !== undefined) await rememberIssued(caDir, owner, each.cert, now)
    if (good) return
    await writePair(certDir(owner), name, pair)
    if (ca !== internal) await writeAtomically(join(certDir(owner), 'ca.crt'), ca.pair.cert, 0o644)
    renewed.add(owner)
  }

  for (const [service, identity] of Object.entries<Identity>(identities)) {
    const { role } = identity
    const generation = generations[service] ?? 1
    await mkdir(certDir(service), { recursive: true, mode: 0o700 })
    // Before the certificates, so that nobody has one of an authority that it does not trust.
    if (await writeTrust(certDir(service), trust, readOptional)) renewed.add(service)
    if (role !== undefined) {
      const issue = (): Promise<Pair> =>
        issueClient(internal, { trustDomain, service, role, generation, days })
      await ensure(service, 'client', internal, issue, `URI:${spiffeId(trustDomain, service, generation)}`)
    }
    if (identity.listens) {
      await ensure(service, 'server', internal, () => issueServer(internal, { trustDomain, service, days }))
    }
  }
  const names = [
    ...publicNames.dns.map((name) => `DNS:${name}`),
    ...publicNames.ips.map((ip) => `IP Address:${ip}`),
  ].join(', ')
  await ensure('public', 'server', open, () => issuePublic(open, { ...publicNames, days }), names)
  await ensureTokenKeys(tokenDir)
  const masterKey = await ensureMasterKey(join(dir, 'keys'), sources)
  return {
    trustDomain,
    publicCa: join(caDir, 'public-ca.crt'),
    certDir,
    publicCertDir: certDir('public'),
    tokenKeys: join(tokenDir, 'keys.json'),
    tokenKey: (holder) => join(tokenDir, `${holder}.jwk`),
    masterKey,
    renewed: [...renewed],
    trust,
    generations: () => readGenerations(caDir),
  }
}

/** The name of the authority between processes. */
export const internalTitle = (trustDomain: string): string => `Parley internal CA ${trustDomain}`

const readOptional = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined)

async function ensureCa(dir: string, name: string, title: string, sources: Sources): Promise<Authority> {
  const pair = await readPair(dir, name)
  if (pair !== undefined) return loadCa(pair, sources)
  const made = await createCa(title, sources)
  await writePair(dir, name, made.pair)
  return made
}

// Random, so that two installations on one machine never accept each other's certificates.
async function installId(dir: string, { ids }: Sources): Promise<string> {
  const path = join(dir, 'install-id')
  const known = await readFile(path, 'utf8').catch(() => '')
  if (known !== '') return known.trim()
  const made = ids.bytes(5).toString('hex')
  await writeAtomically(path, `${made}\n`, 0o600)
  return made
}

async function ensureMasterKey(dir: string, { ids }: Sources): Promise<string> {
  const path = join(dir, 'uploads.key')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if ((await readFile(path, 'utf8').catch(() => '')) === '')
    await writeAtomically(path, `${ids.bytes(32).toString('base64')}\n`, 0o600)
  return path
}

async function ensureTokenKeys(dir: string): Promise<void> {
  const jwks = join(dir, 'keys.json')
  // Written last: when it is there, the private keys are.
  if ((await readFile(jwks, 'utf8').catch(() => '')) !== '') return
  const made: TokenKey[] = []
  for (const holder of holders) {
    const key = await createTokenKey(holder)
    await writeAtomically(join(dir, `${holder}.jwk`), JSON.stringify(key.privateJwk), 0o600)
    made.push(key)
  }
  await writeAtomically(jwks, JSON.stringify(jwksOf(made)), 0o644)
}
