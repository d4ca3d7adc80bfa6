import { quoted } from './reminder-text.ts'

/**
 * What its writer is told of a message that was to be sent later and never will be by itself.
 * @param reason as they would have been told when they sent it
 */
export function failedText({ about }: { readonly about: number | null }, reason: string): string {
  const what =
    about === null
      ? 'A message that you scheduled could not be sent. It stays among your scheduled messages:'
      : 'A reminder that you asked for could not be sent. It stays among your reminders:'
  return `${what}\n\n${quoted(reason)}`
}
