import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createCa,
  factsOf,
  loadCa,
  readPair,
  revokedIn,
  writeAtomically,
  writePair,
  type Authority,
  type Sources,
} from '@parley/crypto'
import { z } from 'zod'
import { readDocument, writeDocument } from './installation.ts'

/** The authorities for what goes on between processes: one issues; while it is replaced another is trusted too. */
export interface Trust {
  readonly issuing: Authority
  /** Trusted and not yet issuing: the first step of a rotation. */
  readonly next: Authority | undefined
  /** Trusted and no longer issuing: the last step. */
  readonly former: Authority | undefined
  /** All of them, as `ca.crt` of every identity. */
  readonly bundle: string
  /** Their lists of revoked certificates, as `ca.crl`. */
  readonly lists: string
}

const names = { issuing: 'internal-ca', next: 'next-ca', former: 'former-ca' } as const

const Issued = z.array(
  z.object({ identity: z.string(), serial: z.string(), notAfterMs: z.number(), revoked: z.boolean() }),
)
/** Every certificate that has been issued and has not run out, with what became of it. */
type Issued = z.infer<typeof Issued>
const Generations = z.record(z.string(), z.int())

const issuedIn = (caDir: string): string => join(caDir, 'issued.json')
const generationsIn = (caDir: string): string => join(caDir, 'generations.json')

/** Serial numbers (hex) that are revoked and have not run out. */
const revokedOf = (issued: Issued): string[] => issued.filter((one) => one.revoked).map((one) => one.serial)

const readIssued = async (caDir: string): Promise<Issued> =>
  (await readDocument(issuedIn(caDir), Issued)) ?? []

/** How often an identity's certificates have been revoked, plus one; identities without an entry are at 1. */
export const readGenerations = async (caDir: string): Promise<Record<string, number>> =>
  (await readDocument(generationsIn(caDir), Generations)) ?? {}

/** Reads the authorities of an installation's `ca` folder, and makes the first; lists are signed anew where they have to be. */
export async function readTrust(caDir: string, title: string, sources: Sources): Promise<Trust> {
  const authority = async (which: keyof typeof names): Promise<Authority | undefined> => {
    const pair = await readPair(caDir, names[which])
    return pair && loadCa(pair, sources)
  }
  const [known, next, former] = [
    await authority('issuing'),
    await authority('next'),
    await authority('former'),
  ]
  const issuing = known ?? (await createCa(title, sources))
  if (known === undefined) await writePair(caDir, names.issuing, issuing.pair)
  const all = [issuing, next, former].flatMap((one) => one ?? [])
  const serials = revokedOf(await readIssued(caDir))
  const lists = await Promise.all(all.map((one) => listOf(caDir, one, serials)))
  return { issuing, next, former, bundle: all.map((one) => one.pair.cert).join(''), lists: lists.join('') }
}

/** The list kept on disk where it says what it should: signing it anew would look like news to everybody. */
async function listOf(caDir: string, authority: Authority, serials: readonly string[]): Promise<string> {
  const { serial } = factsOf(authority.pair.cert)
  const path = join(caDir, 'lists.json')
  const kept = (await readDocument(path, z.record(z.string(), z.string()))) ?? {}
  const known = kept[serial]
  if (known !== undefined && [...revokedIn(known)].sort().join() === [...serials].sort().join()) return known
  const list = await authority.revoke(serials)
  await writeDocument(path, { ...kept, [serial]: list })
  return list
}

/** Writes down that a certificate was issued to an identity; forgets those that have run out. */
export async function rememberIssued(
  caDir: string,
  identity: string,
  certPem: string,
  nowMs: number,
): Promise<void> {
  const { serial, notAfterMs } = factsOf(certPem)
  const issued = await readIssued(caDir)
  if (issued.some((one) => one.serial === serial)) return
  const kept = issued.filter((one) => one.notAfterMs > nowMs)
  await writeDocument(issuedIn(caDir), [...kept, { identity, serial, notAfterMs, revoked: false }])
}

/** Whether a certificate has been revoked. */
export const isRevoked = async (caDir: string, certPem: string): Promise<boolean> =>
  revokedOf(await readIssued(caDir)).includes(factsOf(certPem).serial)

/**
 * Revokes every certificate that was issued to an identity and has not run out; the next look at the certificates
 * issues others. @returns their serial numbers, hex
 */
export async function revokeIssued(caDir: string, identity: string): Promise<string[]> {
  const issued = await readIssued(caDir)
  const hit = issued.filter((one) => one.identity === identity && !one.revoked).map((one) => one.serial)
  const generations = await readGenerations(caDir)
  // The generation first: whoever is interrupted here has issued one more name and revoked nothing.
  await writeDocument(generationsIn(caDir), { ...generations, [identity]: (generations[identity] ?? 1) + 1 })
  await writeDocument(
    issuedIn(caDir),
    issued.map((one) => (hit.includes(one.serial) ? { ...one, revoked: true } : one)),
  )
  return hit
}

/** First step of a rotation: another authority, to be trusted and not yet to issue. Nothing where there is one. */
export async function introduce(caDir: string, title: string, sources: Sources): Promise<void> {
  if ((await readPair(caDir, names.next)) !== undefined) return
  // A name of its own, since some tell authorities apart by their names.
  const made = await createCa(`${title} ${sources.ids.bytes(4).toString('hex')}`, sources)
  await writePair(caDir, names.next, made.pair)
}

/** Second step: it issues, the one before is only trusted. Nothing where that has been done. */
export async function promote(caDir: string): Promise<void> {
  const [issuing, next] = [await readPair(caDir, names.issuing), await readPair(caDir, names.next)]
  if (issuing === undefined || next === undefined) return
  // Where an interrupted one goes on, the former one has been put aside already.
  if (issuing.cert !== next.cert) await writePair(caDir, names.former, issuing)
  await writePair(caDir, names.issuing, next)
  await remove(caDir, names.next)
}

/** Last step: the former one is trusted no more, and its key is gone. */
export const retire = (caDir: string): Promise<void> => remove(caDir, names.former)

async function remove(caDir: string, name: string): Promise<void> {
  for (const end of ['crt', 'key']) await rm(join(caDir, `${name}.${end}`), { force: true })
}

/** Writes what an identity trusts into its folder. @returns whether that was news */
export async function writeTrust(
  dir: string,
  { bundle, lists }: Trust,
  read: (path: string) => Promise<string | undefined>,
): Promise<boolean> {
  const files = [
    // The lists first: an authority without its list would refuse everybody.
    [join(dir, 'ca.crl'), lists],
    [join(dir, 'ca.crt'), bundle],
  ] as const
  const news = []
  for (const [path, content] of files) if ((await read(path)) !== content) news.push([path, content] as const)
  for (const [path, content] of news) await writeAtomically(path, content, 0o644)
  return news.length > 0
}
