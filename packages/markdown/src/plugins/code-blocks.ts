import type { MarkdownIt } from 'markdown-it'
import { longestOf } from '../code/longest.ts'
import { escapeAttribute } from '../html.ts'
import { type Rendering, renderingOf } from '../rendering.ts'
import { texAsSource } from '../tex-source.ts'
import { languageName } from './languages.ts'

/** A block of code; its language is named, and its text marked, as Pygments does where that is known. */
function codeBlock(code: string, language: string, rendering: Rendering): string {
  const name = languageName(language)
  const attribute = language === '' ? '' : ` data-code-language="${escapeAttribute(name ?? language)}"`
  const lines = code.replace(/[^\S\n]+$/gm, '')
  // Pygments drops empty lines at the start of what it highlights.
  const text = `${(name === undefined ? lines : lines.replace(/^\n+/, '')).replace(/\n+$/, '')}\n`
  const html = marked(text, name, rendering) ?? escapeAttribute(text)
  return `<div class="codehilite"${attribute}><pre><span></span><code>${html}</code></pre></div>\n`
}

function marked(text: string, language: string | undefined, rendering: Rendering): string | null {
  if (language === undefined || text.length > (longestOf.get(language) ?? 0)) return null
  return rendering.show({ kind: 'code', text, language })
}

/** A formula, as its source where it is not typeset. */
export const formula = (source: string, display: boolean, rendering: Rendering): string =>
  rendering.show({ kind: 'formula', source, display }) ?? texAsSource(source, display)

/** Display formulas, one per paragraph of TeX. */
function mathBlock(source: string, rendering: Rendering): string {
  const formulas = source.split(/\n\s*\n/).flatMap((tex) => (tex.trim() === '' ? [] : [tex.trim()]))
  return formulas.map((tex) => `<p>${formula(tex, true, rendering)}</p>\n`).join('')
}

export function codeBlocksPlugin(md: MarkdownIt): void {
  const { rules } = md.renderer
  rules['fence'] = (tokens, index, _options, env) =>
    codeBlock(tokens[index]?.content ?? '', tokens[index]?.info ?? '', renderingOf(env))
  rules['code_block'] = (tokens, index, _options, env) =>
    codeBlock(tokens[index]?.content ?? '', '', renderingOf(env))
  rules['math_block'] = (tokens, index, _options, env) =>
    mathBlock(tokens[index]?.content ?? '', renderingOf(env))
}
