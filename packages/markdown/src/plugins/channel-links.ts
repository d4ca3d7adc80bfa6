import type { MarkdownIt, StateInline } from 'markdown-it'
import type { Named } from '../context.ts'
import { channelLink } from '../mentions-in.ts'
import { channelUrl, messageUrl, topicUrl } from '../narrow-url.ts'
import { renderingOf } from '../rendering.ts'
import { matchHere, mayBegin } from './mentions.ts'

/** Links to a channel, a topic in it, or a message in that. */
function link(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x23 || state.linkLevel > 0 || !mayBegin(state)) return false
  const match = matchHere(state, channelLink)
  const rendering = renderingOf(state.env)
  const channel = match && rendering.context.channels.get((match[1] ?? '').toLowerCase())
  if (!match || !channel) return false
  if (!silent) {
    rendering.channels.add(channel.id)
    const attributes = linkAttributes(state, channel, match[2], match[3])
    state.push('link_open', 'a', 1).attrs = attributes
    state.push('text', '', 0).content = `#${channel.name}`
    if (match[2] !== undefined) pushTopic(state, match[2])
    if (match[3] !== undefined) state.push('text', '', 0).content = ' @ 💬'
    state.push('link_close', 'a', -1)
  }
  state.pos += match[0].length
  return true
}

function linkAttributes(
  state: StateInline,
  channel: Named,
  topic: string | undefined,
  messageId: string | undefined,
): [string, string][] {
  const id: [string, string] = ['data-stream-id', String(channel.id)]
  if (topic === undefined) return [['class', 'stream'], id, ['href', channelUrl(channel)]]
  if (messageId !== undefined)
    return [
      ['class', 'message-link'],
      ['href', messageUrl(channel, topic, messageId)],
    ]
  const latest = renderingOf(state.env).context.latestMessage?.(channel.id, topic)
  return [['class', 'stream-topic'], id, ['href', topicUrl(channel, topic, latest)]]
}

function pushTopic(state: StateInline, topic: string): void {
  state.push('text', '', 0).content = topic === '' ? ' > ' : ` > ${topic}`
  if (topic !== '') return
  state.push('em_open', 'em', 1)
  state.push('text', '', 0).content = 'general chat'
  state.push('em_close', 'em', -1)
}

export function channelLinksPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('emphasis', 'channel_link', link)
}
