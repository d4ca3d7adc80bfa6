import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Pair } from './authority.ts'

/** Writes a file so that readers find the old or the new one, never half of it; `owner` only as root. */
export async function writeAtomically(
  path: string,
  content: string,
  mode: number,
  owner?: { uid: number; gid: number },
): Promise<void> {
  const part = `${path}.new`
  await writeFile(part, content, { mode })
  // The mode above counts only when the file is created, and the umask cuts it.
  await chmod(part, mode)
  if (owner !== undefined) await chown(part, owner.uid, owner.gid)
  await rename(part, path)
}

/**
 * Writes `<name>.key` (0600), then `<name>.crt`, into a folder. A reader between the two finds a pair
 * that does not match and keeps what it had.
 */
export async function writePair(dir: string, name: string, pair: Pair): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeAtomically(join(dir, `${name}.key`), pair.key, 0o600)
  await writeAtomically(join(dir, `${name}.crt`), pair.cert, 0o644)
}

/** Reads a pair written by `writePair`; undefined when it is not there; throws when it does not match. */
export async function readPair(dir: string, name: string): Promise<Pair | undefined> {
  const [key, cert] = await Promise.all([
    readOptional(join(dir, `${name}.key`)),
    readOptional(join(dir, `${name}.crt`)),
  ])
  if (key === undefined || cert === undefined) return undefined
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error(`${join(dir, name)}.key is not the key of ${name}.crt`)
  }
  return { key, cert }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(`cannot read ${path} in ${dirname(path)}`, { cause: error })
  }
}

/** What a certificate says: for renewal, status pages and tests. */
export interface CertificateFacts {
  commonName: string
  /** As OpenSSL prints it; see `spiffeIdOf`. */
  subjectAltName: string | undefined
  notBeforeMs: number
  notAfterMs: number
  serial: string
}

/** Reads the first certificate of a PEM text; throws when there is none. */
export function factsOf(certPem: string): CertificateFacts {
  const cert = new X509Certificate(certPem)
  return {
    commonName: /^CN=(.*)$/m.exec(cert.subject)?.[1] ?? '',
    subjectAltName: cert.subjectAltName,
    notBeforeMs: cert.validFromDate.getTime(),
    notAfterMs: cert.validToDate.getTime(),
    serial: cert.serialNumber,
  }
}

/** True when the certificate was signed by an authority of the text, which may hold several (no date is looked at). */
export const signedBy = (certPem: string | Buffer, caPem: string): boolean => {
  const cert = new X509Certificate(certPem)
  return partsOf(caPem).some((one) => {
    const ca = new X509Certificate(one)
    return cert.checkIssued(ca) && cert.verify(ca.publicKey)
  })
}

/** The parts of a PEM text, each whole. */
export const partsOf = (pem: string): string[] =>
  pem.match(/-----BEGIN ([^-]+)-----[^-]+-----END \1-----/g) ?? []

/** True when less than a third of the certificate's life is left. */
export function dueForRenewal(certPem: string, nowMs: number): boolean {
  const { notBeforeMs, notAfterMs } = factsOf(certPem)
  return notAfterMs - nowMs < (notAfterMs - notBeforeMs) / 3
}
