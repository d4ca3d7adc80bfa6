/**
 * The client's name out of `User-Agent` (`Name/version …`), at most 30 characters; messages carry it.
 */
export function clientName(userAgent: string | undefined): string {
  const name = /^([^/(\s][^/(]{0,99}?)\s*(?:[/(]|$)/.exec(userAgent ?? '')?.[1] ?? ''
  const plain = name.replaceAll(/[^\x20-\x7e]/g, '').trim()
  return plain === '' ? 'Unspecified' : plain.slice(0, 30)
}
