/** What a mail says, in both forms. */
export interface Letter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface Invited {
  /** The organisation's address, without a slash at the end. */
  readonly url: string
  readonly organisation: string
  /** Null for who asked to come in. */
  readonly inviter: string | null
  readonly secret: string
  readonly expires: Date | null
}

/** The page that takes a mail's secret (services/gateway/src/pages): behind `#`, which browsers send to nobody. */
export const joinLink = (url: string, secret: string): string => `${url}/join#${secret}`
/** The page that takes the secret of a link that many may have: it asks for an address, which gets a mail. */
export const askLink = (url: string, secret: string): string => `${url}/join/ask#${secret}`

/**
 * The mail by which somebody makes their account. Names that people chose stand in its text only, each on one line; the
 * subject has nothing of theirs.
 */
export function invitationLetter({ url, organisation, inviter, secret, expires }: Invited): Letter {
  const { host } = new URL(url)
  const where = `${plain(organisation)} (${host})`
  const begin =
    inviter === null
      ? `Somebody asked to join ${where} with this address.`
      : `${plain(inviter)} invited you to join ${where}.`
  const until =
    expires === null ? 'The link is good once.' : `The link is good once, until ${expires.toUTCString()}.`
  const link = joinLink(url, secret)
  const end = 'If you expected no such mail, do nothing.'
  return {
    subject: inviter === null ? `Your account at ${host}` : `Invitation to ${host}`,
    text: `${begin}\n\nMake your account here:\n${link}\n\n${until} ${end}\n`,
    html: `<p>${escaped(begin)}</p><p><a href="${escaped(link)}">Make your account</a></p><p>${escaped(`${until} ${end}`)}</p>`,
  }
}

/**
 * A name as it stands in a mail: on one line, with nothing that cannot be seen, and nothing that a mail program would make a
 * link of, for these are by what stands without a space around dots, colons and slashes.
 */
export const plain = (name: string): string =>
  name.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').replaceAll(/(?<=\S)[.:/\\@。．｡](?=\S)/gu, '$& ')

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? '')
