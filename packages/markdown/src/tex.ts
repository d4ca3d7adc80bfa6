import katex from 'katex'
import { escapeText } from './html.ts'
import { extentOf } from './tex-extent.ts'
import { texAsSource } from './tex-source.ts'

/** How long one formula may be, in characters of its source, to be typeset. */
const maxFormula = 2000
/** How deep elements may stand in each other in one formula: some fourteen fractions. */
const maxDepth = 100
/**
 * How far of where it stands something is drawn, in em, and how high it is: up and down from its middle. KaTeX bounds
 * only some sizes that are positive (`maxSize`).
 */
const maxAway = 50
const maxHeight = 2 * maxAway

/** How much of one message is typeset: formulas, characters of their source and of the HTML made of them, and em drawn back. */
export interface TexBudget {
  formulas: number
  source: number
  html: number
  back: number
}
export const texBudget = (): TexBudget => ({ formulas: 300, source: 4000, html: 300_000, back: maxAway })

/**
 * What is not run: definitions, by which a few characters stand for as many as they like, and what writes to the
 * console. KaTeX knows no other way to write a command than its name.
 */
const refused =
  /\\(?:[egx]?def|let|futurelet|newcommand|renewcommand|providecommand|message|errmessage|show)(?![A-Za-z@])/

/** A formula as HTML and MathML, where it is wrong as such, and where it costs too much as its source in the same markup. */
export function typeset(source: string, display: boolean, left: TexBudget): string {
  if (source.length > maxFormula || source.length > left.source || left.formulas <= 0 || refused.test(source))
    return texAsSource(source, display)
  left.formulas -= 1
  left.source -= source.length
  const html = withoutWarnings(() => formula(source, display))
  if (html === 'wrong') return wrong(display ? source : `$$${source}$$`)
  if (html === 'too much' || html.length > left.html) return texAsSource(source, display)
  const { depth, away, height, back } = extentOf(html)
  if (depth > maxDepth || away > maxAway || height > maxHeight || back > left.back)
    return texAsSource(source, display)
  left.html -= html.length
  left.back -= back
  return html
}

function formula(source: string, displayMode: boolean): string {
  try {
    return katex.renderToString(source, {
      displayMode,
      output: 'htmlAndMathml',
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 10,
      maxExpand: 1000,
      macros: {},
    })
  } catch (error) {
    // Anything else is a stack that what is nested too deep has filled.
    return error instanceof katex.ParseError ? 'wrong' : 'too much'
  }
}

/** KaTeX names characters that it has no size of on the console, and what people write does not belong into logs. */
function withoutWarnings<T>(work: () => T): T {
  const { warn } = console
  // oxlint-disable-next-line no-console
  console.warn = () => {}
  try {
    return work()
  } finally {
    // oxlint-disable-next-line no-console
    console.warn = warn
  }
}

const wrong = (source: string): string => `<span class="tex-error">${escapeText(source)}</span>`
