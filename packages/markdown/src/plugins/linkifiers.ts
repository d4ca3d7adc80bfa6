import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import type { FindLinks } from '../linkifiers/linkifiers.ts'
import { type Rendering, renderingOf } from '../rendering.ts'
import { noteLink } from './links.ts'

/** What may stand before a text for a link to begin it: the beginning of a line or of marks around it. */
const leads = (token: Token | undefined): boolean =>
  token === undefined || token.nesting === 1 || token.type === 'softbreak' || token.type === 'hardbreak'
/** Stands for whatever else is before a text, and lets no link begin there. */
const glue = '\ufffc'

/** Makes links of what the organisation's linkifiers find in running text; links, code and formulas stay as they are. */
export function linkifiersPlugin(md: MarkdownIt): void {
  md.core.ruler.after('text_join', 'linkifiers', (state) => {
    const rendering = renderingOf(state.env)
    const find = rendering.context.linkifiers?.begin()
    if (!find) return
    for (const block of state.tokens)
      if (block.type === 'inline' && block.children)
        block.children = linked(state, rendering, block.children, find)
  })
}

function linked(state: StateCore, rendering: Rendering, tokens: readonly Token[], find: FindLinks): Token[] {
  let inLink = 0
  return tokens.flatMap((token, at) => {
    if (token.type === 'link_open' || token.type === 'link_close') inLink += token.nesting
    if (token.type !== 'text' || inLink > 0) return [token]
    const before = leads(tokens[at - 1]) ? '' : glue
    const links = find(before + token.content, before.length)
    if (links.length === 0) return [token]
    const made: Token[] = []
    const text = (from: number, to: number): void => {
      const part = new state.Token('text', '', 0)
      part.content = token.content.slice(from - before.length, to - before.length)
      if (part.content !== '') made.push(part)
    }
    let done = before.length
    for (const { start, end, url } of links) {
      text(done, start)
      noteLink(rendering, url)
      const open = new state.Token('link_open', 'a', 1)
      open.attrs = [['href', url]]
      made.push(open)
      text(start, end)
      made.push(new state.Token('link_close', 'a', -1))
      done = end
    }
    text(done, before.length + token.content.length)
    return made
  })
}
