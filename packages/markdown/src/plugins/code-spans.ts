import type { MarkdownIt, StateInline } from 'markdown-it'
import { escapeText } from '../html.ts'

interface CodeSpan {
  readonly end: number
  readonly content: string
}

const none: ReadonlyMap<number, CodeSpan> = new Map()
const found = new WeakMap<StateInline, ReadonlyMap<number, CodeSpan>>()

/**
 * The code spans of a text by their start. A run of backticks is closed by the next run of the same
 * length; what stands between is kept as it is.
 */
export function codeSpans(source: string): ReadonlyMap<number, CodeSpan> {
  if (!source.includes('`')) return none
  const runs = Array.from(source.matchAll(/`+/g), ({ 0: run, index }) => ({ index, length: run.length }))
  const closing = new Map<number, number>()
  const nextOfLength = new Map<number, number>()
  for (let i = runs.length - 1; i >= 0; i--) {
    const length = runs[i]?.length ?? 0
    const next = nextOfLength.get(length)
    if (next !== undefined) closing.set(i, next)
    nextOfLength.set(length, i)
  }
  const spans = new Map<number, CodeSpan>()
  for (let i = 0; i < runs.length; i++) {
    const open = runs[i]
    const close = runs[closing.get(i) ?? -1]
    if (!open || !close) continue
    const content = source.slice(open.index + open.length, close.index)
    spans.set(open.index, { end: close.index + close.length, content })
    i = closing.get(i) ?? i
  }
  return spans
}

/** The code spans of the text being parsed; found once per text. */
export function codeSpansOf(state: StateInline): ReadonlyMap<number, CodeSpan> {
  let spans = found.get(state)
  if (!spans) {
    spans = codeSpans(state.src)
    found.set(state, spans)
  }
  return spans
}

function code(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x60) return false
  const span = codeSpansOf(state).get(state.pos)
  if (span && span.end <= state.posMax) {
    if (!silent) state.push('code_inline', 'code', 0).content = span.content
    state.pos = span.end
    return true
  }
  const start = state.pos
  while (state.pos < state.posMax && state.src.charCodeAt(state.pos) === 0x60) state.pos++
  if (!silent) state.pending += state.src.slice(start, state.pos)
  return true
}

export function codeSpansPlugin(md: MarkdownIt): void {
  md.inline.ruler.at('backticks', code)
  md.renderer.rules['code_inline'] = (tokens, index) =>
    `<code>${escapeText(tokens[index]?.content ?? '')}</code>`
}
