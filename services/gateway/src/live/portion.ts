import type { Wired } from './encoded.ts'

/** What one answer holds at most, in characters; its client asks for the rest. One event is always given. */
export const mostCharacters = 512 * 1024

/** The events that one answer holds. */
export function firstOf(events: readonly Wired[], most = mostCharacters): readonly Wired[] {
  let characters = 0
  const end = events.findIndex(({ text }, i) => (characters += text.length) > most && i > 0)
  return end === -1 ? events : events.slice(0, end)
}

/**
 * Makes of long lists only what one answer holds, and a little more.
 * @param made the events that a piece comes to
 */
export function enough<T>(
  all: readonly T[],
  made: (piece: readonly T[]) => readonly Wired[],
  most = mostCharacters,
): Wired[] {
  const events: Wired[] = []
  let characters = 0
  // Pieces grow, so that what comes to nothing is gone through in a few.
  for (let at = 0, size = 64; at < all.length && characters <= most; size *= 2) {
    const piece = all.slice(at, at + size)
    at += size
    for (const event of made(piece)) {
      events.push(event)
      characters += event.text.length
    }
  }
  return events
}
