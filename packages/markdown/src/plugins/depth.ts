import type { MarkdownIt, Ruler, Token } from 'markdown-it'

/** How deep quotes, lists and fenced blocks may stand in each other; deeper marks are text. */
export const maxBlockDepth = 20
/** How deep emphasis, strong and struck text may stand in each other. */
export const maxInlineDepth = 10

type BlockRule = Parameters<MarkdownIt['block']['ruler']['at']>[1]

/** Replaces a block rule by one made of it, keeping which rules it may interrupt. */
export function wrapBlockRule(md: MarkdownIt, name: string, wrap: (rule: BlockRule) => BlockRule): void {
  const ruler: Ruler<Parameters<BlockRule>, boolean> = md.block.ruler
  // The library gives out its own rules nowhere else.
  // oxlint-disable-next-line no-underscore-dangle
  const rule = ruler.__rules__[ruler.__find__(name)]
  if (!rule) throw new TypeError(`no block rule ${name}`)
  ruler.at(name, wrap(rule.fn), { alt: rule.alt })
}

const nestable = new Set(['em_open', 'strong_open', 's_open', 'em_close', 'strong_close', 's_close'])

/** Turns emphasis that stands too deep back into its marks. */
function flatten(tokens: readonly Token[]): void {
  let depth = 0
  for (const token of tokens) {
    if (!nestable.has(token.type)) continue
    const isTooDeep = token.nesting === 1 ? depth >= maxInlineDepth : depth > maxInlineDepth
    depth += token.nesting
    if (!isTooDeep) continue
    token.type = 'text'
    token.tag = ''
    token.nesting = 0
    token.content = token.markup
  }
}

export function depthPlugin(md: MarkdownIt): void {
  const limit =
    (rule: BlockRule): BlockRule =>
    (state, start, end, silent) =>
      state.level < maxBlockDepth && rule(state, start, end, silent)
  wrapBlockRule(md, 'blockquote', limit)
  wrapBlockRule(md, 'list', limit)
  md.core.ruler.before('text_join', 'inline_depth', (state) => {
    for (const token of state.tokens) if (token.children) flatten(token.children)
  })
}
