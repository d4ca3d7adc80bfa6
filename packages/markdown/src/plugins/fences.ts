import type { MarkdownIt, StateBlock } from 'markdown-it'
import { renderingOf } from '../rendering.ts'
import { maxBlockDepth } from './depth.ts'

/** The line that opens a fenced block: the fence, a language and, for spoilers, a header. */
const opening = /^(`{3,}|~{3,}) *([^\s`~{}"'<>&:]*)(?: +([^`~]*))?$/

interface Fence {
  readonly marks: string
  readonly language: string
  readonly header: string
}

const lineAt = (state: StateBlock, line: number): string =>
  state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trimEnd()

function openingAt(state: StateBlock, line: number): Fence | null {
  const match = opening.exec(lineAt(state, line))
  if (!match) return null
  return { marks: match[1] ?? '', language: match[2] ?? '', header: match[3]?.trim() ?? '' }
}

const holdsBlocks = ({ language }: Fence): boolean => language === 'quote' || language === 'spoiler'

interface Extent {
  /** The first line that is not content. */
  readonly end: number
  /** Whether a closing fence stands there. */
  readonly isClosed: boolean
}

/**
 * Finds where a fenced block ends: at a line that is exactly its fence. Blocks opened inside a quote or
 * a spoiler end first, even where their fences look the same; an unclosed block reaches to the end.
 */
function extentOf(state: StateBlock, fence: Fence, start: number, end: number): Extent {
  const open = [fence]
  for (let line = start + 1; line < end; line++) {
    const text = lineAt(state, line)
    if (text !== '' && (state.sCount[line] ?? 0) < state.blkIndent) return { end: line, isClosed: false }
    const innermost = open.at(-1)
    if (text === innermost?.marks) {
      open.pop()
      if (open.length === 0) return { end: line, isClosed: true }
      continue
    }
    const inner = innermost && holdsBlocks(innermost) ? openingAt(state, line) : null
    if (inner) open.push(inner)
  }
  return { end, isClosed: false }
}

/** Quote, spoiler: what stands between the fences is parsed as blocks. */
function container(state: StateBlock, fence: Fence, start: number, end: number): void {
  const isSpoiler = fence.language === 'spoiler'
  const name = isSpoiler ? 'spoiler' : 'blockquote'
  if (isSpoiler) {
    state.push('spoiler_header_open', 'div', 1)
    if (fence.header !== '') {
      state.push('paragraph_open', 'p', 1)
      const header = state.push('inline', '', 0)
      header.content = fence.header
      header.children = []
      state.push('paragraph_close', 'p', -1)
    }
    state.push('spoiler_header_close', 'div', -1)
  }
  const { lineMax, parentType } = state
  state.push(`${name}_open`, name, 1).markup = fence.marks
  state.lineMax = end
  state.parentType = 'root'
  state.md.block.tokenize(state, start + 1, end)
  state.lineMax = lineMax
  state.parentType = parentType
  state.push(`${name}_close`, name, -1).markup = fence.marks
}

function fenced(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const indent = state.sCount[start] ?? 0
  if (indent - state.blkIndent >= 4) return false
  const fence = openingAt(state, start)
  if (!fence || (holdsBlocks(fence) && state.level >= maxBlockDepth)) return false
  if (silent) return true
  const extent = extentOf(state, fence, start, end)
  if (holdsBlocks(fence)) container(state, fence, start, extent.end)
  else {
    const isMath = fence.language === 'math'
    const token = state.push(isMath ? 'math_block' : 'fence', isMath ? 'p' : 'div', 0)
    token.info = fence.language || (renderingOf(state.env).context.defaultCodeLanguage ?? '')
    token.content = state.getLines(start + 1, extent.end, indent, true)
  }
  state.line = extent.end + (extent.isClosed ? 1 : 0)
  return true
}

export function fencesPlugin(md: MarkdownIt): void {
  md.block.ruler.at('fence', fenced, { alt: ['paragraph', 'blockquote', 'list'] })
  const { rules } = md.renderer
  rules['spoiler_header_open'] = () => '<div class="spoiler-block"><div class="spoiler-header">\n'
  rules['spoiler_header_close'] = () => '</div>'
  rules['spoiler_open'] = () => '<div class="spoiler-content" aria-hidden="true">\n'
  rules['spoiler_close'] = () => '</div></div>\n'
}
