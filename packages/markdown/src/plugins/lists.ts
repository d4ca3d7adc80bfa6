import type { MarkdownIt, StateBlock } from 'markdown-it'

const orderedItem = /^\d{1,9}[.)][ \t]+\S/

/** Within a list item a line that begins an ordered item begins a nested list, whatever its number. */
function nestedOrdered(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  if (!silent || state.listIndent < 0 || state.parentType !== 'paragraph') return false
  if ((state.sCount[line] ?? 0) < state.blkIndent) return false
  return orderedItem.test(
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]),
  )
}

/** Two spaces are enough to belong to a list item, also after `1.`. */
export function listsPlugin(md: MarkdownIt): void {
  md.block.ruler.before('list', 'nested_ordered', nestedOrdered, { alt: ['paragraph'] })
  const tokenize = md.block.tokenize.bind(md.block)
  md.block.tokenize = (state, start, end) => {
    if (state.parentType === 'list' && state.tokens.at(-1)?.type === 'list_item_open')
      state.blkIndent = Math.min(state.blkIndent, state.listIndent + 2)
    tokenize(state, start, end)
  }
}
