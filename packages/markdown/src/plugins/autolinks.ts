import tlds from 'tlds' with { type: 'json' }

/** A bare URL or e-mail address in a text, and where it leads. */
export interface Autolink {
  readonly start: number
  readonly end: number
  readonly href: string
}

/** Longer addresses stay text: it bounds the work on hostile input. */
const maxLength = 2048
const maxParentheses = 6
/** Top-level domains that are file endings far more often. */
const fileEndings = new Set(['java', 'md', 'mov', 'py', 'zip'])
const topLevel = new Set(tlds.filter((tld) => !fileEndings.has(tld)))

const words = /\S+/g
/** Where within a word an address may begin, besides the word's start. */
const before = /['"(,:<*~[|>]+/g
const withScheme = /https?:\/\/(?:[^\s/?#@()[\]<>"]{1,256}@)?[\p{L}\p{N}]/iuy
const email = /[\w.+-]{1,64}@((?:[\p{L}\p{N}-]{1,63}\.){1,10}[\p{L}\p{N}-]{1,63})/uy
const host = /(?:[\p{L}\p{N}_-]{1,63}\.){1,20}([\p{L}\p{N}-]{2,63})(?::\d{1,5})?(?=$|[/?#\s!:;),.'"\]*~|>])/uy
/** Punctuation that ends a sentence around an address rather than the address. */
const trailing = /[!:;?,.'"*~|>]+$/
const after = /[!:;?),.'"\]*~|>]*$/y

/**
 * Finds bare http(s) URLs, host names under a known top-level domain and e-mail addresses. An address
 * begins a word or follows an opening mark, and only punctuation may stand between it and the word's end.
 */
export function findAutolinks(source: string): Autolink[] {
  if (!source.includes('.') && !source.includes('://')) return []
  const found: Autolink[] = []
  for (const match of source.matchAll(words)) {
    const word = match[0]
    if (word.includes('.') || word.includes('://')) inWord(word, match.index, found)
  }
  return found
}

function inWord(word: string, offset: number, found: Autolink[]): void {
  before.lastIndex = 0
  let start = 0
  while (start < word.length) {
    const link = addressAt(word, start)
    if (link) {
      found.push({ start: offset + start, end: offset + link.end, href: link.href })
      start = link.end
    }
    before.lastIndex = start
    if (!before.test(word)) return
    start = before.lastIndex
  }
}

function addressAt(word: string, start: number): { end: number; href: string } | null {
  if (matches(withScheme, word, start)) {
    const end = endOfUrl(word, start, withScheme.lastIndex)
    return end === null ? null : { end, href: word.slice(start, end) }
  }
  const mail = matches(email, word, start)
  if (mail && isDomain(mail[1] ?? '')) {
    const end = start + mail[0].length
    return matches(after, word, end) ? { end, href: `mailto:${mail[0]}` } : null
  }
  const name = matches(host, word, start)
  if (name && topLevel.has((name[1] ?? '').toLowerCase())) {
    const end = endOfUrl(word, start, start + name[0].length)
    return end === null ? null : { end, href: `http://${word.slice(start, end)}` }
  }
  return null
}

function matches(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const isDomain = (name: string): boolean => topLevel.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase())

/** The end of the URL whose host began before `from`, or null if something else follows it directly. */
function endOfUrl(word: string, start: number, from: number): number | null {
  const open: string[] = []
  let end = from
  /** Where the last balanced part ended. */
  let balanced = from
  const max = Math.min(word.length, start + maxLength + 1)
  for (; end < max; end++) {
    const character = word.charAt(end)
    if ('"<>`\\'.includes(character)) break
    if (character === '(' || character === '[') {
      if (open.length >= maxParentheses) break
      open.push(character === '(' ? ')' : ']')
    } else if (character === ')' || character === ']') {
      if (open.pop() !== character) break
    }
    if (open.length === 0) balanced = end + 1
  }
  if (end === max && max < word.length) return null
  const url = word.slice(start, balanced).replace(trailing, '')
  const urlEnd = start + url.length
  return urlEnd >= from && matches(after, word, urlEnd) ? urlEnd : null
}
