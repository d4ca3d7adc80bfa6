/** Deepest nesting that a parameter may have. */
const maxDepth = 40

/**
 * Parses a JSON text more strictly than `JSON.parse`: no key twice in one object, no text with NUL or lone
 * surrogates, nothing nested deeper than 40.
 * @throws SyntaxError
 */
export function parseJsonText(text: string): unknown {
  scan(text)
  return JSON.parse(text)
}

/** Walks over the text before it is parsed, so that depth costs no stack. Leaves all other faults to the parser. */
function scan(text: string): void {
  const open: (Set<string> | null)[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '{' || c === '[') {
      open.push(c === '{' ? new Set() : null)
      if (open.length > maxDepth) throw new SyntaxError('nested too deep')
    } else if (c === '}' || c === ']') open.pop()
    else if (c === '"') {
      const end = endOf(text, i)
      const value = textOf(text.slice(i, end + 1))
      i = end
      const keys = open.at(-1)
      if (keys && isKey(text, end + 1)) {
        if (keys.has(value)) throw new SyntaxError('key given twice')
        keys.add(value)
      }
    }
  }
}

/** Index of the quote that ends the string which begins at `start`. */
function endOf(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  throw new SyntaxError('string without end')
}

function textOf(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1)
  const value: unknown = JSON.parse(token)
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
    throw new SyntaxError('text that is none')
  return value
}

function isKey(text: string, from: number): boolean {
  let i = from
  while (i < text.length && ' \t\r\n'.includes(text[i] ?? '')) i++
  return text[i] === ':'
}
