/**
 * The client's name, at most 30 characters; messages carry it.
 * @param userAgent the header: `Name/version …`
 * @param given what a parameter `client` says, which counts more (Zulip API: every operation takes it)
 */
export function clientName(userAgent: string | undefined, given = ''): string {
  const named = printable(given)
  if (named !== '') return named
  const name = /^([^/(\s][^/(]{0,99}?)\s*(?:[/(]|$)/.exec(userAgent ?? '')?.[1] ?? ''
  return printable(name) || 'Unspecified'
}

const printable = (name: string): string =>
  name
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 30)
