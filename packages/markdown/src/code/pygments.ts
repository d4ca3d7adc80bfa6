import { escapeAttribute } from '../html.ts'

/** What highlight.js calls a piece of code, and how Pygments abbreviates that; an empty class says that it is nothing special. */
const classes: Readonly<Record<string, string>> = {
  addition: 'gi',
  attr: 'na',
  attribute: 'na',
  built_in: 'nb',
  bullet: 'k',
  'char.escape': 'se',
  character: 's',
  code: 'sb',
  deletion: 'gd',
  doctag: 'cs',
  emphasis: 'ge',
  'function.dispatch': 'nf',
  keyword: 'k',
  link: 'na',
  literal: 'kc',
  'meta.prompt': 'gp',
  name: 'nt',
  operator: 'o',
  params: '',
  property: 'na',
  punctuation: 'p',
  quote: 'c',
  regexp: 'sr',
  section: 'gh',
  'selector-attr': 'na',
  'selector-class': 'nc',
  'selector-id': 'nn',
  'selector-pseudo': 'nd',
  'selector-tag': 'nt',
  strong: 'gs',
  subst: '',
  symbol: 'ss',
  tag: 'p',
  'template-variable': 'nv',
  title: 'nf',
  'title.class': 'nc',
  'title.class.inherited': 'nc',
  'title.function': 'nf',
  'title.function.invoke': 'nf',
  type: 'kt',
  variable: 'nv',
  'variable.constant': 'no',
  'variable.language': 'bp',
}

/** The class of a piece whose kind Pygments tells finer, by how it starts. */
const finer: Readonly<Record<string, (text: string) => string>> = {
  comment: (text) => (text.startsWith('/*') ? 'cm' : /^(?:\/\/|#|--|;|%)/.test(text) ? 'c1' : 'c'),
  meta: (text) => (text.startsWith('@@') ? 'gu' : /^\s*@/.test(text) ? 'nd' : 'cp'),
  number: (text) => (/^0x/i.test(text) ? 'mh' : /^[\d_]+(?:[.e])/i.test(text) ? 'mf' : 'mi'),
  string: (text) => (/^[a-zA-Z$@]*"/.test(text) ? 's2' : /^[a-zA-Z]*'/.test(text) ? 's1' : 's'),
}

const signs = /([()[\]{},;:.]+|[-+*/%=<>!&|^~?@]+)/

/** Takes what highlight.js finds, and makes HTML of it whose spans stand in no other, in the classes of Pygments. */
export class PygmentsHtml {
  #html = ''
  /** What stands in one span, and its class. */
  #text = ''
  #name = ''
  readonly #open: { readonly scope: string; name: string | undefined }[] = []
  readonly #hasOperators: boolean

  constructor(hasOperators: boolean) {
    this.#hasOperators = hasOperators
  }

  startScope(scope: string): void {
    const outer = this.#open.at(-1)
    // A directive, and a literal, is one as a whole.
    const isPart = scope === 'keyword' && (outer?.scope === 'meta' || outer?.scope === 'literal')
    const known = Object.hasOwn(classes, scope) && !isPart ? classes[scope] : outer?.name
    this.#open.push({ scope, name: Object.hasOwn(finer, scope) ? undefined : (known ?? '') })
  }

  endScope(): void {
    this.#open.pop()
  }

  addText(text: string): void {
    if (text === '') return
    const scope = this.#open.at(-1)
    if (scope) scope.name ??= finer[scope.scope]?.(text) ?? ''
    const name = scope?.name ?? ''
    if (name !== '' || !this.#hasOperators) return this.#add(text, name)
    text.split(signs).forEach((piece, i) => {
      this.#add(piece, i % 2 === 0 ? '' : /^[()[\]{},;:.]/.test(piece) ? 'p' : 'o')
    })
  }

  #add(text: string, name: string): void {
    if (text === '') return
    if (name !== this.#name) this.#endSpan(name)
    this.#text += text
  }

  #endSpan(next: string): void {
    const text = escapeAttribute(this.#text)
    this.#html += this.#name === '' || text === '' ? text : `<span class="${this.#name}">${text}</span>`
    this.#text = ''
    this.#name = next
  }

  /** What another language's text within this one has become. */
  addHtml(html: string): void {
    this.#endSpan('')
    this.#html += html
  }

  toHTML(): string {
    this.#endSpan('')
    return this.#html
  }
}
