import type { MarkdownIt, StateInline } from 'markdown-it'
import { escapeText } from '../html.ts'
import { renderingOf } from '../rendering.ts'
import { safeHref } from '../safe-url.ts'
import { pushEmoji } from './emoji.ts'
import { noteLink } from './links.ts'
import { nextSpan, spansOf } from './spans.ts'
import type { Span } from './spans.ts'

/** Everything up to a character that may begin markup; `_` begins none. */
const plain = /[^\n`*~[\]!<&:@#$\\]+/y

/** Running text, and in it bare addresses, emoji characters and emoticons. */
function text(state: StateInline, silent: boolean): boolean {
  const span = nextSpan(spansOf(state), state.pos)
  if (span?.start === state.pos && span.end <= state.posMax) {
    if (!silent) push(state, span)
    state.pos = span.end
    return true
  }
  plain.lastIndex = state.pos
  if (!plain.test(state.src)) return false
  const end = Math.min(plain.lastIndex, state.posMax, span?.start ?? Infinity)
  if (!silent) state.pending += state.src.slice(state.pos, end)
  state.pos = end
  return true
}

function push(state: StateInline, span: Span): void {
  const written = state.src.slice(span.start, span.end)
  if (span.kind === 'emoji') return pushEmoji(state, span.value)
  const rendering = renderingOf(state.env)
  const href =
    span.kind === 'link' && state.linkLevel === 0
      ? safeHref(span.value, rendering.context.organisationUrl)
      : null
  if (href === null) {
    state.pending += written
    return
  }
  noteLink(rendering, href)
  state.push('link_open', 'a', 1).attrs = [['href', href]]
  state.push('text', '', 0).content = written
  state.push('link_close', 'a', -1)
}

export function textPlugin(md: MarkdownIt): void {
  md.inline.ruler.at('text', text)
  md.renderer.rules['text'] = (tokens, index) => escapeText(tokens[index]?.content ?? '')
}
