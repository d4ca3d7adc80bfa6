import type { UserId } from '@parley/core'

/** More people are not alerted by one message: the first by their ids are. */
export const mostAlerted = 5_000

/** A run of letters and digits, a space for any white space, or one sign. */
const token = /[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu
const isWord = (part: string | undefined): boolean => part !== undefined && /^[\p{L}\p{M}\p{N}_]/u.test(part)

/** What a text is made of, whatever its case. */
const partsOf = (text: string): string[] =>
  (text.normalize('NFC').toLowerCase().match(token) ?? []).map((part) => (/^\s/.test(part) ? ' ' : part))

/** Two spellings of one word have the same key. */
export const wordKey = (word: string): string => partsOf(word).join('')

interface Node {
  readonly next: Map<string, Node>
  readonly users: Set<UserId>
}
const node = (): Node => ({ next: new Map(), users: new Set() })

/**
 * The words of one organisation's people, by their parts. A text is walked once, from each of its parts as far as some
 * word goes on, so the work grows with the text and not with the people.
 */
export class AlertMatcher {
  readonly #root = node()
  readonly #words = new Map<UserId, readonly string[]>()
  #size = 0

  /** Characters of all words. */
  get size(): number {
    return this.#size
  }

  /** Gives a person these words in place of those before. */
  set(user: UserId, words: readonly string[]): void {
    for (const word of this.#words.get(user) ?? []) this.#take(user, word)
    this.#words.delete(user)
    if (words.length > 0) this.#words.set(user, words)
    for (const word of words) {
      this.#size += word.length
      let at = this.#root
      for (const part of partsOf(word)) {
        const known = at.next.get(part) ?? node()
        at.next.set(part, known)
        at = known
      }
      at.users.add(user)
    }
  }

  #take(user: UserId, word: string): void {
    this.#size -= word.length
    const path: (readonly [Node, string])[] = []
    let at = this.#root
    for (const part of partsOf(word)) {
      path.push([at, part])
      at = at.next.get(part) ?? node()
    }
    at.users.delete(user)
    for (const [parent, part] of path.reverse()) {
      const child = parent.next.get(part)
      if (child && (child.users.size > 0 || child.next.size > 0)) break
      parent.next.delete(part)
    }
  }

  /** Whose words the text holds, each as a whole: neither led nor followed by a letter or digit. Ascending. */
  matches(text: string): UserId[] {
    if (this.#root.next.size === 0) return []
    const parts = partsOf(text)
    const found = new Set<Node>()
    for (let from = 0; from < parts.length; from++) {
      if (!isWord(parts[from]) && isWord(parts[from - 1])) continue
      let at: Node | undefined = this.#root
      for (let to = from; to < parts.length; to++) {
        at = at.next.get(parts[to] ?? '')
        if (!at) break
        if (at.users.size > 0 && (isWord(parts[to]) || !isWord(parts[to + 1]))) found.add(at)
      }
    }
    const users = new Set<UserId>()
    for (const { users: alerted } of found) for (const user of alerted) users.add(user)
    return [...users].sort((a, b) => a - b).slice(0, mostAlerted)
  }
}
