// The decorators inside @peculiar/x509 need this registered first.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { Clock, Ids } from '@parley/core'

// As the library sees them: what types global keys have differs with who else is compiled beside.
type SigningKey = Awaited<ReturnType<typeof generateKeys>>['privateKey']

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 86_400_000
// Clocks of machines differ a little; a certificate is valid shortly before it was made.
const backdateMs = 5 * 60_000

export interface Sources {
  clock: Clock
  ids: Ids
}

/** A certificate and its private key (PKCS #8), both PEM. */
export interface Pair {
  cert: string
  key: string
}

export interface LeafRequest {
  commonName: string
  /** `client` and `server` leaves are never interchangeable: a stolen server key opens no connection. */
  use: 'client' | 'server'
  uris?: readonly string[]
  dns?: readonly string[]
  ips?: readonly string[]
  days: number
}

/** A certificate authority for one purpose, with its key in memory. */
export interface Authority {
  readonly pair: Pair
  issue(request: LeafRequest): Promise<Pair>
  /**
   * Its list of revoked certificates by serial number (hex), PEM. It does not run out before the authority does: a list
   * that nobody renewed would shut everybody out.
   */
  revoke(serials: readonly string[]): Promise<string>
}

/** Makes a new authority: a P-256 root that signs leaves only (path length 0), valid `days`. */
export async function createCa(name: string, sources: Sources, days = 3650): Promise<Authority> {
  const keys = await generateKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(sources),
    name: [{ CN: [name] }],
    ...validity(sources, days),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return authority({ cert: pem(cert), key: await keyPem(keys.privateKey) }, cert, keys.privateKey, sources)
}

/** An authority from its PEM pair; throws when they are no certificate and key. */
export async function loadCa(pair: Pair, sources: Sources): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(pair.key)
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign'])
  return authority(pair, new x509.X509Certificate(pair.cert), key, sources)
}

function authority(
  pair: Pair,
  cert: x509.X509Certificate,
  signingKey: SigningKey,
  sources: Sources,
): Authority {
  return {
    pair,
    async issue(request) {
      const keys = await generateKeys()
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serial(sources),
        subject: [{ CN: [request.commonName] }],
        issuer: cert.subjectName,
        ...validity(sources, request.days, cert.notAfter),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([purposes[request.use]], true),
          new x509.SubjectAlternativeNameExtension(namesOf(request)),
          await x509.AuthorityKeyIdentifierExtension.create(cert),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      })
      return { cert: pem(leaf), key: await keyPem(keys.privateKey) }
    },
    async revoke(serials) {
      const revocationDate = new Date(sources.clock.now())
      const list = await x509.X509CrlGenerator.create({
        issuer: cert.subjectName,
        thisUpdate: validity(sources, 0).notBefore,
        nextUpdate: cert.notAfter,
        entries: serials.map((serialNumber) => ({ serialNumber, revocationDate })),
        extensions: [await x509.AuthorityKeyIdentifierExtension.create(cert)],
        signingAlgorithm: algorithm,
        signingKey,
      })
      // The name that OpenSSL looks for; the library writes a shorter one.
      return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`
    },
  }
}

/** Serial numbers (hex, capitals) in the lists of a PEM text. @throws Error where one cannot be read */
export const revokedIn = (crlPem: string): ReadonlySet<string> =>
  new Set(
    x509.PemConverter.decode(crlPem).flatMap((der) =>
      new x509.X509Crl(der).entries.map(({ serialNumber }) => serialNumber.toUpperCase()),
    ),
  )

const purposes = {
  client: x509.ExtendedKeyUsage.clientAuth,
  server: x509.ExtendedKeyUsage.serverAuth,
} as const

function namesOf(request: LeafRequest): x509.JsonGeneralNames {
  return [
    ...(request.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
    ...(request.uris ?? []).map((value) => ({ type: 'url' as const, value })),
  ]
}

const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

// 127 random bits: the first bit stays clear, since serial numbers are positive (RFC 5280, 4.1.2.2).
function serial({ ids }: Sources): string {
  const bytes = ids.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

function validity({ clock }: Sources, days: number, latest?: Date): { notBefore: Date; notAfter: Date } {
  const now = clock.now()
  const end = Math.min(now + days * dayMs, latest?.getTime() ?? Infinity)
  return { notBefore: new Date(now - backdateMs), notAfter: new Date(end) }
}

const pem = (cert: x509.X509Certificate): string => `${cert.toString('pem')}\n`

async function keyPem(key: SigningKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}
