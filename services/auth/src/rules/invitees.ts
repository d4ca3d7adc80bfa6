import { emailKey } from './email.ts'

/**
 * The addresses in a list that somebody typed: separated by commas or line breaks, each bare or behind a name
 * (`Nora <nora@x.example>`); every one once.
 */
export function invitees(given: string): string[] {
  const found = new Map<string, string>()
  for (const part of given.split(/[,\n]/)) {
    const typed = part.trim()
    const address = /<([^<>]*)>$/.exec(typed)?.[1]?.trim() ?? typed
    if (address !== '' && !found.has(emailKey(address))) found.set(emailKey(address), address)
  }
  return [...found.values()]
}
