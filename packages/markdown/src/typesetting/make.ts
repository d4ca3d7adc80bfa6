import { codeBudget, highlight } from '../code/highlight.ts'
import { texBudget, typeset } from '../tex.ts'
import type { Made, Part } from './part.ts'

/** The parts of one message as HTML. Whoever imports this has KaTeX and all grammars in memory. */
export function make(parts: readonly Part[]): Made {
  const code = codeBudget()
  const tex = texBudget()
  return parts.map((part) =>
    part.kind === 'code'
      ? (highlight(part.text, part.language, code) ?? null)
      : typeset(part.source, part.display, tex),
  )
}
