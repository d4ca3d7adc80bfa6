/** Texts that the server writes out of what people wrote: none of it ends where it should not, or mentions anybody. */

/** A text as it is written, whatever it holds. */
export function codeSpan(text: string): string {
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1)
  // So that no fence grows by what stands beside it.
  const apart = /^`|`$/.test(text) ? ' ' : ''
  return `${fence}${apart}${text}${apart}${fence}`
}

/** Line by line: nothing that is opened in it and not closed takes in what follows. */
export const cited = (text: string): string => `> ${text.split(/\r\n|[\r\n]/).join('\n> ')}`

/** No character of it could end a link to a channel before the name does. */
const plain = /^[^*`\\>]+$/u

/** A channel by its name, or a topic of it: a link for whoever may know of it. */
export function channelLink(channel: string, topic?: string): string {
  if (!plain.test(channel) || (topic !== undefined && topic !== '' && !plain.test(topic)))
    return codeSpan(topic === undefined ? channel : `${channel} > ${topic}`)
  return topic === undefined || topic === '' ? `#**${channel}**` : `#**${channel}>${topic}**`
}
