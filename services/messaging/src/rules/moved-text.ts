import type { Notice } from '@parley/db'
import { channelLink, codeSpan } from '@parley/markdown'
import { togglesResolved } from './edit-plan.ts'

/** A topic of a channel. */
export interface Place {
  readonly channel: {
    readonly id: number
    readonly name: string
    readonly private: boolean
    readonly webPublic: boolean
    /** Is its history kept from who comes later? Then nothing is said there: topics are known to those who have their messages. */
    readonly protected: boolean
    /** Is any guest in it? */
    readonly guests: boolean
  }
  readonly topic: string
}

/** Messages that went from one topic to another, of the same channel or not. */
export interface Moved {
  readonly by: number
  readonly from: Place
  readonly to: Place
  /** How many. */
  readonly count: number
  /** Did all of the topic go? */
  readonly whole: boolean
  readonly notify: { readonly old: boolean; readonly new: boolean }
  /** The organisation's address, without a slash at the end. */
  readonly url: string
}

/** What the bot says of a move, where. A topic that was only resolved, or not any more, says that alone. */
export function movedNotices({ by, from, to, count, whole, notify, url }: Moved): Notice[] {
  const same = from.channel.id === to.channel.id
  const at = ({ channel, topic }: Place, content: string): Notice => ({
    to: { channel: channel.id },
    topic,
    content,
    url,
  })
  const who = `@_**|${by}**`
  if (same && togglesResolved(from.topic, to.topic)) {
    const what = to.topic.startsWith('✔ ') ? 'resolved' : 'unresolved'
    const notice = at(to, `${who} has marked this topic as ${what}.`)
    return to.channel.protected ? [] : [{ ...notice, resolved: true }]
  }
  // Who reads here need not know that there is a private channel, nor guests of a public one, nor what is spoken of there.
  const named = ({ channel, topic }: Place, reading: Place): string => {
    if (same) return topic === '' ? 'general chat' : `the topic ${codeSpan(topic)}`
    const unknown = channel.private || (reading.channel.guests && !channel.webPublic)
    return unknown ? 'another channel' : channelLink(channel.name, topic)
  }
  const some = count === 1 ? 'A message was' : `${count} messages were`
  const [left, came] = whole
    ? ['This topic was moved', 'This topic was moved here']
    : [`${some} moved from this topic`, `${some} moved here`]
  return [
    ...(notify.old && !from.channel.protected ? [at(from, `${left} to ${named(to, from)} by ${who}.`)] : []),
    ...(notify.new && !to.channel.protected ? [at(to, `${came} from ${named(from, to)} by ${who}.`)] : []),
  ]
}
