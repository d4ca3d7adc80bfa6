/**
 * What a reminder says while it waits. The message itself is not in it: whether it may be read is decided when the
 * reminder is sent.
 * @param url the organisation's address, without a slash at the end
 */
export function waitingText(url: string, message: number, note: string | undefined): string {
  const reminder = `Reminder of [a message](${url}/#narrow/near/${message}).`
  const said = note?.trim() ?? ''
  return said === '' ? reminder : `${reminder} Note:\n\n${quoted(said)}`
}

/** What it says when it is sent: the same, and the message. */
export const sentText = (waiting: string, sender: number, content: string): string =>
  `${waiting}\n\n@_**|${sender}**:\n\n${quoted(content)}`

/** In a fence longer than any in the text, so that the text ends where it ends. */
export function quoted(text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}|~{3,}/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}quote\n${text}\n${fence}`
}
