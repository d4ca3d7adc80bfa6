import type { StateInline } from 'markdown-it'
import { emojiNameOf, emoticons } from '../emoji/table.ts'
import { renderingOf } from '../rendering.ts'
import { findAutolinks } from './autolinks.ts'

/** A part of running text that means something without any markup. */
export interface Span {
  readonly start: number
  readonly end: number
  /** A link's `href`, an emoji's name, or plain text that must not be taken apart. */
  readonly kind: 'link' | 'emoji' | 'plain'
  readonly value: string
}

const emojiSequence =
  /(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3|\p{ExtPict}(?:\p{EMod}|\uFE0F\u20E3?)?(?:[\u{E0020}-\u{E007E}]{1,8}\u{E007F})?(?:\u200D\p{ExtPict}(?:\p{EMod}|\uFE0F)?)*)(?!\uFE0E)/gu
const maybeEmoji = /[\u00a9\u00ae\u203c-\u{1faff}]|\u20e3/u
const emoticon = /(?<=^|[\s\p{P}])(?:[:;]\)|\(:|:[(|/DPp]|<3)(?=$|[\s\p{P}])/gu

function find(source: string, translateEmoticons: boolean): Span[] {
  const spans: Span[] = findAutolinks(source).map(({ start, end, href }) => ({
    start,
    end,
    kind: 'link',
    value: href,
  }))
  if (maybeEmoji.test(source))
    for (const { 0: text, index } of source.matchAll(emojiSequence)) {
      const name = emojiNameOf(text)
      spans.push({
        start: index,
        end: index + text.length,
        kind: name ? 'emoji' : 'plain',
        value: name ?? text,
      })
    }
  if (translateEmoticons)
    for (const { 0: text, index } of source.matchAll(emoticon))
      spans.push({ start: index, end: index + text.length, kind: 'emoji', value: emoticons[text] ?? '' })
  return withoutOverlap(spans)
}

function withoutOverlap(spans: Span[]): Span[] {
  if (spans.length < 2) return spans
  spans.sort((a, b) => a.start - b.start || (a.kind === 'link' ? -1 : 1))
  let end = 0
  return spans.filter((span) => {
    if (span.start < end) return false
    end = span.end
    return true
  })
}

const found = new WeakMap<StateInline, readonly Span[]>()

/** The spans of the text being parsed, in order; found once per text. */
export function spansOf(state: StateInline): readonly Span[] {
  let spans = found.get(state)
  if (!spans) {
    spans = find(state.src, renderingOf(state.env).context.translateEmoticons === true)
    found.set(state, spans)
  }
  return spans
}

/** The first span that starts at `position` or after it. */
export function nextSpan(spans: readonly Span[], position: number): Span | undefined {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.start ?? 0) < position) low = middle + 1
    else high = middle
  }
  return spans[low]
}
