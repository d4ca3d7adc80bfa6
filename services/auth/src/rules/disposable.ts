import { disposableEmailBlocklist } from 'disposable-email-domains-js'

const listed: ReadonlySet<string> = new Set(disposableEmailBlocklist())

/** Does the domain (lower case), or one that it is below, give addresses away to anybody, for a while? */
export function isDisposable(domain: string): boolean {
  const labels = domain.split('.')
  return labels.some((_, from) => listed.has(labels.slice(from).join('.')))
}
