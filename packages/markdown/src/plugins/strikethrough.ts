import type { MarkdownIt, StateInline } from 'markdown-it'

/** `~~text~~`: only runs of exactly two tildes count. */
function strikethrough(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x7e) return false
  const scanned = state.scanDelims(state.pos, true)
  const run = '~'.repeat(scanned.length)
  if (scanned.length !== 2) {
    if (!silent) state.pending += run
  } else if (!silent) {
    state.push('text', '', 0).content = run
    state.delimiters.push({
      marker: 0x7e,
      length: 0,
      token: state.tokens.length - 1,
      end: -1,
      open: scanned.can_open,
      close: scanned.can_close,
    })
  }
  state.pos += scanned.length
  return true
}

export function strikethroughPlugin(md: MarkdownIt): void {
  md.inline.ruler.at('strikethrough', strikethrough)
  md.renderer.rules['s_open'] = () => '<del>'
  md.renderer.rules['s_close'] = () => '</del>'
}
