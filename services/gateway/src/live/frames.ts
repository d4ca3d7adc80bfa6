import type { Wired } from './encoded.ts'

/** Frames as bytes, built once for all sockets that get the same events at the same time. */
export class Frames {
  readonly #built = new Map<string, Buffer>()

  of(events: readonly Wired[]): Buffer {
    const key = events.map((e) => e.key).join('\n')
    const known = this.#built.get(key)
    if (known) return known
    const frame = Buffer.from(`{"type":"events","events":[${events.map((e) => e.text).join(',')}]}`)
    // Equal frames are asked for in one go; nothing is kept for later.
    if (this.#built.size === 0)
      setImmediate(() => {
        this.#built.clear()
      })
    this.#built.set(key, frame)
    return frame
  }
}

export const heartbeat = (head: number): Wired => ({
  seq: head,
  key: `${head}|heartbeat`,
  text: `{"type":"heartbeat","id":${head}}`,
})
