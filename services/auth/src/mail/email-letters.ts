import { escaped, type Letter, plain } from './letter.ts'

export interface Readdressed {
  /** The organisation's address, without a slash at the end. */
  readonly url: string
  readonly organisation: string
}

/** The page that takes the secret by which an address is confirmed: behind `#`, as where somebody joins. */
export const confirmLink = (url: string, secret: string): string => `${url}/email#${secret}`

/** The mail by which somebody shows that mail comes to them at an address. */
export function confirmLetter(at: Readdressed & { readonly secret: string; readonly expires: Date }): Letter {
  const begin = `Somebody with an account at ${where(at)} wants this to be its e-mail address.`
  const link = confirmLink(at.url, at.secret)
  const end = `The link is good once, until ${at.expires.toUTCString()}. If that was not you, do nothing.`
  return {
    subject: `Your e-mail address at ${hostOf(at)}`,
    text: `${begin}\n\nConfirm it here:\n${link}\n\n${end}\n`,
    html: `<p>${escaped(begin)}</p><p><a href="${escaped(link)}">Confirm it</a></p><p>${escaped(end)}</p>`,
  }
}

/** The mail to the address that an account had before. */
export function changedLetter(at: Readdressed): Letter {
  const words = `Your account at ${where(at)} has another e-mail address now. If that was not you, tell an administrator there.`
  return {
    subject: `Your e-mail address at ${hostOf(at)}`,
    text: `${words}\n`,
    html: `<p>${escaped(words)}</p>`,
  }
}

const hostOf = ({ url }: Readdressed): string => new URL(url).host
const where = (at: Readdressed): string => `${plain(at.organisation)} (${hostOf(at)})`
