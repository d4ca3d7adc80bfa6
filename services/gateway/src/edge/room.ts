import { unavailable } from '@parley/core'

/** What one request holds of the room, until it is disposed of. */
export interface Held extends Disposable {
  /** @throws AppError UNAVAILABLE where there is no room for so many bytes more */
  grow(bytes: number): void
}

/**
 * Bounds the bytes of large bodies that are held, in all and of one organisation (or account), so that none takes the room
 * of others. Who sends slowly takes no more of it than has come.
 */
export class Room {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #of = new Map<number | string, number>()
  #total = 0

  constructor(most: number, mostOfOne: number) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  open(one: number | string): Held {
    let held = 0
    return {
      grow: (bytes) => {
        const ofOne = (this.#of.get(one) ?? 0) + bytes
        if (ofOne > this.#mostOfOne || this.#total + bytes > this.#most) throw unavailable()
        held += bytes
        this.#total += bytes
        this.#of.set(one, ofOne)
      },
      [Symbol.dispose]: () => {
        const left = (this.#of.get(one) ?? 0) - held
        this.#total -= held
        held = 0
        if (left > 0) this.#of.set(one, left)
        else this.#of.delete(one)
      },
    }
  }
}
