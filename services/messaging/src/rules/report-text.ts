import { type ReportType, reportTypes } from '@parley/api'
import { cited } from '@parley/markdown'
import { quoted } from './reminder-text.ts'

/** Of a reported message so much is quoted that the whole fits into one. */
const mostQuoted = 6_000

/** A message that is reported, and by whom for what. */
export interface Report {
  readonly by: number
  readonly type: ReportType
  readonly description: string
  readonly message: { readonly id: number; readonly senderId: number; readonly content: string }
  /** The organisation's address, without a slash at the end. */
  readonly url: string
}

/** What those who moderate read: who reports whose message for what, and the message as it is now. Mentions of it are silent. */
export function reportText({ by, type, description, message, url }: Report): string {
  const { id, senderId, content } = message
  const shown = content.length > mostQuoted ? `${content.slice(0, mostQuoted)}…`.toWellFormed() : content
  return [
    `@_**|${by}** reported [a message](${url}/#narrow/near/${id}) of @_**|${senderId}**.`,
    `Reason: **${reportTypes[type]}**`,
    ...(description === '' ? [] : ['Notes:', cited(description)]),
    'The message:',
    quoted(shown),
  ].join('\n\n')
}

/** Where it is said: reports of one person's messages are together. @param name the sender's */
export const reportTopic = (name: string): string => `${name}'s moderation requests`
