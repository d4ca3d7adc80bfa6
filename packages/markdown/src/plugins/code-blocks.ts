import type { MarkdownIt } from 'markdown-it'
import { escapeAttribute } from '../html.ts'
import { renderingOf } from '../rendering.ts'
import { type TexBudget, typeset } from '../tex.ts'
import { languageName } from './languages.ts'

/** A block of code; its language is named as Pygments names it where that is known. */
function codeBlock(code: string, language: string): string {
  const name = languageName(language)
  const attribute = language === '' ? '' : ` data-code-language="${escapeAttribute(name ?? language)}"`
  const lines = code.replace(/[^\S\n]+$/gm, '')
  // Pygments drops empty lines at the start of what it highlights.
  const text = `${(name === undefined ? lines : lines.replace(/^\n+/, '')).replace(/\n+$/, '')}\n`
  return `<div class="codehilite"${attribute}><pre><span></span><code>${escapeAttribute(text)}</code></pre></div>\n`
}

/** Display formulas, one per paragraph of TeX. */
function mathBlock(source: string, left: TexBudget): string {
  const formulas = source.split(/\n\s*\n/).flatMap((tex) => (tex.trim() === '' ? [] : [tex.trim()]))
  return formulas.map((tex) => `<p>${typeset(tex, true, left)}</p>\n`).join('')
}

export function codeBlocksPlugin(md: MarkdownIt): void {
  const { rules } = md.renderer
  rules['fence'] = (tokens, index) => codeBlock(tokens[index]?.content ?? '', tokens[index]?.info ?? '')
  rules['code_block'] = (tokens, index) => codeBlock(tokens[index]?.content ?? '', '')
  rules['math_block'] = (tokens, index, _options, env) =>
    mathBlock(tokens[index]?.content ?? '', renderingOf(env).tex)
}
