import core from 'highlight.js/lib/core'
import type { Emitter, HLJSApi } from 'highlight.js'
import { type Grammar, grammars } from './grammars.ts'
import { longestOf } from './longest.ts'
import { PygmentsHtml } from './pygments.ts'

/** How long a line may be, in characters: most patterns that take quadratic time do so in one line. */
const longestLine = 200
/** The share of a message that the shortest block takes. */
const leastShare = 0.01

/** How much of one message is highlighted: one block of the longest, or that share of several. */
export interface CodeBudget {
  share: number
}
export const codeBudget = (): CodeBudget => ({ share: 1 })

/** highlight.js wants to make its own writers: one class for each way to write. */
function highlighter(hasOperators: boolean): HLJSApi {
  class Writer extends PygmentsHtml implements Emitter {
    constructor() {
      super(hasOperators)
    }
    // Called beside startScope and endScope, though the types tell only of those.
    openNode(scope: string): void {
      this.startScope(scope)
    }
    closeNode(): void {
      this.endScope()
    }
    finalize(): void {}
    __addSublanguage(inner: Emitter): void {
      this.addHtml(inner.toHTML())
    }
  }
  const made = core.newInstance()
  made.configure({ __emitter: Writer })
  return made
}
const ofCode = highlighter(true)
const ofMarkup = highlighter(false)

/** Languages that stand within others. */
const inner = ['HTML', 'CSS', 'JavaScript', 'GraphQL', 'Bash']

/** Grammars are made when they are first needed: all of them take a fifth of a second, and megabytes. */
function knowing({ name, define, hasOperators }: Grammar): HLJSApi {
  const made = hasOperators ? ofCode : ofMarkup
  if (made.getLanguage(name)) return made
  for (const one of inner) {
    const grammar = grammars.get(one)
    if (grammar && !made.getLanguage(grammar.name)) made.registerLanguage(grammar.name, grammar.define)
  }
  if (!made.getLanguage(name)) made.registerLanguage(name, define)
  return made
}

/** Code as HTML in the classes of Pygments; undefined for languages without a grammar, and for what would take too long. */
export function highlight(text: string, language: string, left: CodeBudget): string | undefined {
  const grammar = grammars.get(language)
  const longest = longestOf.get(language)
  if (!grammar || longest === undefined || text.length > longest) return undefined
  const share = Math.max(leastShare, text.length / longest)
  if (share > left.share || text.split('\n').some((line) => line.length > longestLine)) return undefined
  left.share -= share
  const { value, errorRaised } = knowing(grammar).highlight(text, {
    language: grammar.name,
    ignoreIllegals: true,
  })
  return errorRaised ? undefined : value
}
