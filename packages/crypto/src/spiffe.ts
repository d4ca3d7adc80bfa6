/**
 * `spiffe://<trust domain>/svc/<service>`: who a certificate says its holder is. Client certificates made after a
 * revocation carry their generation too, `…/svc/<service>/<2 or more>`: NATS knows users by this name alone.
 */
export type SpiffeId = `spiffe://${string}/svc/${string}`

const trustDomainForm = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/
const serviceForm = /^[a-z0-9-]+$/
const idForm = /^spiffe:\/\/([a-z0-9.-]+)\/svc\/([a-z0-9-]+)(?:\/([1-9]\d{0,8}))?$/

/** The trust domain of an installation: random, so that the authorities of two installations never meet. */
export const trustDomainOf = (installId: string): string =>
  checked(trustDomainForm, `${installId}.parley.internal`)

/** Names a service of a trust domain; the first generation has no number. */
export function spiffeId(trustDomain: string, service: string, generation = 1): SpiffeId {
  const id = `spiffe://${checked(trustDomainForm, trustDomain)}/svc/${checked(serviceForm, service)}` as const
  return generation === 1 ? id : `${id}/${generation}`
}

function checked(form: RegExp, value: string): string {
  if (!form.test(value) || value.length > 200) throw new TypeError(`not a name for a certificate: ${value}`)
  return value
}

/** The parts of a SPIFFE id, or undefined when the text is none of this form. */
export function parseSpiffeId(
  text: string,
): { trustDomain: string; service: string; generation: number } | undefined {
  const [, trustDomain, service, generation = '1'] = idForm.exec(text) ?? []
  return trustDomain === undefined || service === undefined
    ? undefined
    : { trustDomain, service, generation: Number(generation) }
}

/**
 * The one SPIFFE id in a peer certificate's `subjectaltname` (as `tls.getPeerCertificate()` prints it).
 * Undefined unless there is exactly one URI, of the expected form. A name with a comma is printed in
 * quotes (CVE-2021-44532): any quote is refused, so that nothing inside a name can pose as a second one.
 */
export function spiffeIdOf(subjectAltName: string | undefined): SpiffeId | undefined {
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined
  const uris = subjectAltName.split(', ').filter((name) => /^uri:/i.test(name))
  const [uri] = uris
  if (uri === undefined || uris.length !== 1 || !uri.startsWith('URI:')) return undefined
  const parts = parseSpiffeId(uri.slice(4))
  return parts && spiffeId(parts.trustDomain, parts.service, parts.generation)
}
