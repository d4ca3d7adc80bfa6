/** How many tokens one connection remembers; the same on both sides. */
export const tokenSlots = 1024

/** The calling side's memory of which token the other side holds in which slot; the oldest slot is used again. */
export class TokenSlots {
  readonly #slots = new Map<string, number>()
  readonly #held: string[] = []
  #next = 0

  /** What goes into the frame: slot and token the first time, then the slot. Frames must leave in this order. */
  refer(token: string): number | [number, string] {
    const known = this.#slots.get(token)
    if (known !== undefined) return known
    const slot = this.#next
    this.#next = (slot + 1) % tokenSlots
    const former = this.#held[slot]
    if (former !== undefined) this.#slots.delete(former)
    this.#held[slot] = token
    this.#slots.set(token, slot)
    return [slot, token]
  }
}
