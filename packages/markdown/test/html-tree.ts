export interface Element {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Node[]
}
export type Node = Element | string

const voidTags = new Set(['br', 'hr', 'img'])
const part = /<(\/?)([a-z][a-z0-9]*)((?: [a-z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)(\/?)>|([^<>]+)/y
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
}

/** Text without references; anything but the five that escaping makes is an error. */
function decode(text: string): string {
  return text.replace(/&[^;]*;?/g, (reference) => {
    const character = entities[reference]
    if (character === undefined) throw new Error(`unescaped ampersand: ${reference}`)
    return character
  })
}

/** Reads HTML far more strictly than any browser: throws on a stray bracket, an unquoted value, a wrong end tag. */
export function parseHtml(html: string): Node[] {
  const root: Element = { tag: '', attributes: new Map(), children: [] }
  const open = [root]
  part.lastIndex = 0
  while (part.lastIndex < html.length) {
    const at = part.lastIndex
    const match = part.exec(html)
    const parent = open.at(-1)
    if (!match || !parent) throw new Error(`not HTML at ${at}: ${html.slice(at, at + 40)}`)
    const [, slash, tag = '', attributes = '', empty, text] = match
    if (text !== undefined) parent.children.push(decode(text))
    else if (slash === '/') {
      if (open.length === 1 || parent.tag !== tag) throw new Error(`</${tag}> closes <${parent.tag}>`)
      open.pop()
    } else {
      const element: Element = { tag, attributes: parseAttributes(attributes), children: [] }
      parent.children.push(element)
      if (!voidTags.has(tag) && empty !== '/') open.push(element)
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.tag}> is not closed`)
  return root.children
}

function parseAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', value] of text.matchAll(/ ([a-zA-Z0-9-]+)(?:="([^"]*)")?/g)) {
    if (attributes.has(name)) throw new Error(`twice: ${name}`)
    attributes.set(name, decode(value ?? ''))
  }
  return attributes
}

/** Every element of a tree. */
export function* elementsOf(nodes: readonly Node[]): Generator<Element> {
  for (const node of nodes)
    if (typeof node !== 'string') {
      yield node
      yield* elementsOf(node.children)
    }
}

/** How deep elements stand in each other. */
export const depthOf = (nodes: readonly Node[]): number =>
  Math.max(0, ...nodes.map((node) => (typeof node === 'string' ? 0 : 1 + depthOf(node.children))))

/** The text of a tree. */
export const textOf = (nodes: readonly Node[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : textOf(node.children))).join('')

const blocks = new Set([
  'p',
  'div',
  'ul',
  'ol',
  'li',
  'blockquote',
  'br',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
])
const isBlock = (node: Node | undefined): boolean =>
  node === undefined || (typeof node !== 'string' && blocks.has(node.tag))

/**
 * What of a tree matters to a client, as text: formulas by their TeX source, highlighted code by text and
 * language, white space only where it can be seen.
 */
export function essence(nodes: readonly Node[]): string {
  return nodes
    .map((node, i) => {
      if (typeof node !== 'string') return elementEssence(node)
      let text = node.replace(/\s+/g, ' ')
      if (isBlock(nodes[i - 1])) text = text.trimStart()
      if (isBlock(nodes[i + 1])) text = text.trimEnd()
      return JSON.stringify(text).slice(1, -1)
    })
    .join('')
}

function elementEssence(element: Element): string {
  const { tag, attributes, children } = element
  if (attributes.get('class')?.startsWith('katex')) {
    const tex = Array.from(elementsOf(children)).find((inner) => inner.tag === 'annotation')
    return `{${attributes.get('class')} ${textOf(tex?.children ?? [])}}`
  }
  if (attributes.get('class') === 'codehilite')
    return `{code ${attributes.get('data-code-language') ?? ''} ${textOf(children)}}`
  const list = Array.from(attributes, ([name, value]) => ` ${name}=${JSON.stringify(value)}`).sort()
  const inside = tag === 'code' ? textOf(children) : essence(children)
  return `{${tag}${list.join('')}|${inside}}`
}
