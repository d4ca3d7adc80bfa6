import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Caller, ServiceName } from '@parley/api'
import { parseSpiffeId, revokedIn, signedBy, spiffeId, spiffeIdOf } from '@parley/crypto'
import type { TlsMaterial } from './certificates.ts'

const callers = {
  gateway: true,
  auth: true,
  streams: true,
  messaging: true,
  uploads: true,
  audit: true,
  relay: true,
  cli: true,
} as const satisfies Record<Caller, true>

const isCaller = (name: string): name is Caller => Object.hasOwn(callers, name)

/**
 * Who is at the other end of a connection to one of our listeners, by its client certificate.
 * @returns null for a resumed session (it shows no certificate), another trust domain, or a name that calls nobody
 */
export function callerOf(socket: TLSSocket, trustDomain: string): Caller | null {
  if (!socket.authorized || socket.isSessionReused()) return null
  // Without `true`: the detailed form is slow and leaked memory (CVE-2025-59464).
  const id = spiffeIdOf(socket.getPeerCertificate().subjectaltname)
  const parts = id && parseSpiffeId(id)
  return parts?.trustDomain === trustDomain && isCaller(parts.service) ? parts.service : null
}

/**
 * How a certificate stands that was good when its connection was made: it may have been revoked since (`revoked`), or its
 * authority may have been replaced (`former`).
 */
export function standingOf(socket: TLSSocket, { ca, crl = [] }: TlsMaterial): 'good' | 'former' | 'revoked' {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return 'good'
  if (revokedIn(crl.join('\n')).has(certificate.serialNumber)) return 'revoked'
  return signedBy(certificate.raw, ca) ? 'good' : 'former'
}

/**
 * For clients: host name and service must both be right. On one machine every certificate says `localhost`, so
 * that the host alone proves nothing.
 */
export function checkService(
  trustDomain: string,
  service: ServiceName,
): (host: string, certificate: PeerCertificate) => Error | undefined {
  const wanted = spiffeId(trustDomain, service)
  return (host, certificate) =>
    checkServerIdentity(host, certificate) ??
    (spiffeIdOf(certificate.subjectaltname) === wanted
      ? undefined
      : Object.assign(new Error('the peer is another service'), { code: 'ERR_PARLEY_WRONG_SERVICE' }))
}
