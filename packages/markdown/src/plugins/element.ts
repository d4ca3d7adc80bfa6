import type { MarkdownIt, StateInline } from 'markdown-it'
import { escapeText } from '../html.ts'

/** Puts an inline element with nothing but text in it: `<tag attributes>text</tag>`. */
export function pushElement(
  state: StateInline,
  tag: string,
  attributes: [name: string, value: string][],
  text: string,
): void {
  const token = state.push('element', tag, 0)
  token.attrs = attributes
  token.content = text
}

export function elementPlugin(md: MarkdownIt): void {
  md.renderer.rules['element'] = (tokens, index, _options, _env, renderer) => {
    const token = tokens[index]
    return token
      ? `<${token.tag}${renderer.renderAttrs(token)}>${escapeText(token.content)}</${token.tag}>`
      : ''
  }
}
