import type { MarkdownIt, StateInline } from 'markdown-it'
import { renderingOf } from '../rendering.ts'
import type { Rendering } from '../rendering.ts'
import { attachmentOf, isImage, safeHref } from '../safe-url.ts'
import { codeSpansOf } from './code-spans.ts'

/** Keeps what a message is found by: `has:link`, `has:image`, `has:attachment`. */
export function noteLink(rendering: Rendering, href: string): void {
  rendering.hasLink = true
  if (isImage(href)) rendering.hasImage = true
  const attachment = attachmentOf(href)
  if (attachment !== null) rendering.attachments.add(attachment)
}

const found = new WeakMap<StateInline, ReadonlyMap<number, number>>()

/** Where each `[` of the text is closed, outside of code; found once per text, in one pass. */
function bracketsOf(state: StateInline): ReadonlyMap<number, number> {
  let pairs = found.get(state)
  if (!pairs) {
    pairs = brackets(state)
    found.set(state, pairs)
  }
  return pairs
}

function brackets(state: StateInline): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>()
  const code = codeSpansOf(state)
  const open: number[] = []
  const marks = /[[\]`]/g
  for (let match = marks.exec(state.src); match; match = marks.exec(state.src)) {
    if (match[0] === '`') marks.lastIndex = code.get(match.index)?.end ?? match.index + 1
    else if (match[0] === '[') open.push(match.index)
    else {
      const start = open.pop()
      if (start !== undefined) pairs.set(start, match.index)
    }
  }
  return pairs
}

interface Destination {
  readonly href: string
  readonly title: string
  readonly end: number
}

/** Parses `(url)` or `(url "title")` at `start`; null if it is none or the URL is not allowed. */
function destination(state: StateInline, start: number): Destination | null {
  const { src, posMax, md } = state
  if (src.charCodeAt(start) !== 0x28) return null
  const space = /\s*/y
  const skip = (from: number): number => {
    space.lastIndex = from
    space.test(src)
    return space.lastIndex
  }
  const url = md.helpers.parseLinkDestination(src, skip(start + 1), posMax)
  if (!url.ok) return null
  const href = safeHref(url.str, renderingOf(state.env).context.organisationUrl)
  if (href === null) return null
  let end = skip(url.pos)
  const title = end > url.pos ? md.helpers.parseLinkTitle(src, end, posMax) : null
  if (title?.ok) end = skip(title.pos)
  if (end >= posMax || src.charCodeAt(end) !== 0x29) return null
  return { href, title: title?.ok ? title.str : '', end: end + 1 }
}

/** `[text](url "title")`, and `![text](url)`, which is a link too: previews are made elsewhere. */
function link(state: StateInline, silent: boolean): boolean {
  const isEmbedded = state.src.startsWith('![', state.pos)
  const start = isEmbedded ? state.pos + 1 : state.pos
  if (state.src.charCodeAt(start) !== 0x5b || state.linkLevel > 0) return false
  const close = bracketsOf(state).get(start)
  const to = close === undefined || close >= state.posMax ? null : destination(state, close + 1)
  if (close === undefined || !to) return false
  if (!silent) {
    noteLink(renderingOf(state.env), to.href)
    push(state, to, start + 1, close)
  }
  state.pos = to.end
  return true
}

function push(state: StateInline, to: Destination, labelStart: number, labelEnd: number): void {
  const max = state.posMax
  const opening = state.push('link_open', 'a', 1)
  opening.attrs = [['href', to.href]]
  if (to.title !== '') opening.attrs.push(['title', to.title])
  if (state.src.slice(labelStart, labelEnd).trim() === '') state.push('text', '', 0).content = to.href
  else {
    state.pos = labelStart
    state.posMax = labelEnd
    state.linkLevel++
    state.md.inline.tokenize(state)
    state.linkLevel--
    state.posMax = max
  }
  state.push('link_close', 'a', -1)
}

export function linksPlugin(md: MarkdownIt): void {
  md.inline.ruler.at('link', link)
  md.inline.ruler.disable(['image', 'autolink', 'linkify', 'html_inline', 'escape'])
}
