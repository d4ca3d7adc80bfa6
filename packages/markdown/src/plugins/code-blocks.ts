import type { MarkdownIt } from 'markdown-it'
import { type CodeBudget, highlight } from '../code/highlight.ts'
import { escapeAttribute } from '../html.ts'
import { renderingOf } from '../rendering.ts'
import { type TexBudget, typeset } from '../tex.ts'
import { languageName } from './languages.ts'

/** A block of code; its language is named, and its text marked, as Pygments does where that is known. */
function codeBlock(code: string, language: string, left: CodeBudget): string {
  const name = languageName(language)
  const attribute = language === '' ? '' : ` data-code-language="${escapeAttribute(name ?? language)}"`
  const lines = code.replace(/[^\S\n]+$/gm, '')
  // Pygments drops empty lines at the start of what it highlights.
  const text = `${(name === undefined ? lines : lines.replace(/^\n+/, '')).replace(/\n+$/, '')}\n`
  const html = (name === undefined ? undefined : highlight(text, name, left)) ?? escapeAttribute(text)
  return `<div class="codehilite"${attribute}><pre><span></span><code>${html}</code></pre></div>\n`
}

/** Display formulas, one per paragraph of TeX. */
function mathBlock(source: string, left: TexBudget): string {
  const formulas = source.split(/\n\s*\n/).flatMap((tex) => (tex.trim() === '' ? [] : [tex.trim()]))
  return formulas.map((tex) => `<p>${typeset(tex, true, left)}</p>\n`).join('')
}

export function codeBlocksPlugin(md: MarkdownIt): void {
  const { rules } = md.renderer
  rules['fence'] = (tokens, index, _options, env) =>
    codeBlock(tokens[index]?.content ?? '', tokens[index]?.info ?? '', renderingOf(env).code)
  rules['code_block'] = (tokens, index, _options, env) =>
    codeBlock(tokens[index]?.content ?? '', '', renderingOf(env).code)
  rules['math_block'] = (tokens, index, _options, env) =>
    mathBlock(tokens[index]?.content ?? '', renderingOf(env).tex)
}
