import { unavailable } from '@parley/core'

/** What one request holds of the room, until it is disposed of. */
export interface Held extends Disposable {
  /** @throws AppError UNAVAILABLE where there is no room for so many bytes more */
  grow(bytes: number): void
}

/**
 * Bounds the bytes of large bodies that are held, in all and of one organisation, so that no organisation takes the room
 * of others. Who sends slowly takes no more of it than has come.
 */
export class Room {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #of = new Map<number, number>()
  #total = 0

  constructor(most: number, mostOfOne: number) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  open(org: number): Held {
    let held = 0
    return {
      grow: (bytes) => {
        const ofOne = (this.#of.get(org) ?? 0) + bytes
        if (ofOne > this.#mostOfOne || this.#total + bytes > this.#most) throw unavailable()
        held += bytes
        this.#total += bytes
        this.#of.set(org, ofOne)
      },
      [Symbol.dispose]: () => {
        const left = (this.#of.get(org) ?? 0) - held
        this.#total -= held
        held = 0
        if (left > 0) this.#of.set(org, left)
        else this.#of.delete(org)
      },
    }
  }
}
