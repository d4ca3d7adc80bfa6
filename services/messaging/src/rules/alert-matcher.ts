import type { UserId } from '@parley/core'

/** More people are not alerted by one message: the first by their ids are. Each is a row written while others wait. */
export const mostAlerted = 250

/** What a part of a word takes in memory, about. */
const partBytes = 500

/** A run of letters and digits, a space for any white space, or one sign. */
const token = /[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu
const isWord = (part: string): boolean => /^[\p{L}\p{M}\p{N}_]/u.test(part)

/** What a text is made of, whatever its case. */
const partsOf = (text: string): string[] =>
  (text.normalize('NFC').toLowerCase().match(token) ?? []).map((part) => (/^\s/.test(part) ? ' ' : part))

/** Two spellings of one word have the same key. */
export const wordKey = (word: string): string => partsOf(word).join('')

interface Node {
  readonly next: Map<string, Node>
  readonly users: Set<UserId>
  readonly parent: Node | null
  /** What leads to it from there. */
  readonly part: string
  readonly depth: number
  /** The longest end of its path that is a path itself, and the longest that is a word: as of `epoch`. */
  suffix: Node | null
  word: Node | null
  epoch: number
}
const node = (parent: Node | null, part: string): Node => ({
  next: new Map(),
  users: new Set(),
  parent,
  part,
  depth: parent ? parent.depth + 1 : 0,
  suffix: null,
  word: null,
  epoch: -1,
})

/**
 * The words of one organisation's people, by their parts, as an automaton of Aho and Corasick: a text is walked once,
 * however many words there are and whatever they have in common. Its links are found when a text first comes by.
 */
export class AlertMatcher {
  readonly #root = node(null, '')
  readonly #words = new Map<UserId, readonly string[]>()
  #parts = 0
  #epoch = 0

  /** What it takes in memory, about. */
  get bytes(): number {
    return this.#parts * partBytes
  }

  /** Gives a person these words in place of those before. */
  set(user: UserId, words: readonly string[]): void {
    this.#epoch++
    for (const word of this.#words.get(user) ?? []) this.#take(user, word)
    this.#words.delete(user)
    if (words.length > 0) this.#words.set(user, words)
    for (const word of words) {
      let at = this.#root
      for (const part of partsOf(word)) {
        at = at.next.get(part) ?? this.#grow(at, part)
      }
      at.users.add(user)
    }
  }

  #grow(at: Node, part: string): Node {
    const grown = node(at, part)
    at.next.set(part, grown)
    this.#parts++
    return grown
  }

  #take(user: UserId, word: string): void {
    let at: Node | null = this.#root
    for (const part of partsOf(word)) at = at?.next.get(part) ?? null
    at?.users.delete(user)
    while (at?.parent && at.users.size === 0 && at.next.size === 0) {
      at.parent.next.delete(at.part)
      this.#parts--
      at = at.parent
    }
  }

  /** Whose words the text holds, each as a whole: neither led nor followed by a letter or digit. Ascending. */
  matches(text: string): UserId[] {
    if (this.#root.next.size === 0) return []
    const parts = partsOf(text)
    const words = parts.map(isWord)
    const found = new Set<Node>()
    let at = this.#root
    for (let to = 0; to < parts.length; to++) {
      at = this.#step(at, parts[to] ?? '')
      // Everything found here ends here.
      if (words[to] === false && words[to + 1] === true) continue
      for (let one = at.users.size > 0 ? at : this.#linked(at).word; one; one = this.#linked(one).word) {
        const from = to - one.depth + 1
        if (words[from] === true || words[from - 1] !== true) found.add(one)
      }
    }
    const users = new Set<UserId>()
    for (const { users: alerted } of found) for (const user of alerted) users.add(user)
    return [...users].sort((a, b) => a - b)
  }

  #step(from: Node, part: string): Node {
    for (let at: Node | null = from; at; at = this.#linked(at).suffix) {
      const next = at.next.get(part)
      if (next) return next
    }
    return this.#root
  }

  #linked(of: Node): Node {
    if (of.epoch === this.#epoch || !of.parent) return of
    of.suffix = of.parent.parent
      ? this.#step(this.#linked(of.parent).suffix ?? this.#root, of.part)
      : this.#root
    of.word = of.suffix.users.size > 0 ? of.suffix : this.#linked(of.suffix).word
    of.epoch = this.#epoch
    return of
  }
}
