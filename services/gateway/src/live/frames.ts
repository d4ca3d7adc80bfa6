import type { Wired } from './encoded.ts'
import { Run } from './run.ts'

/**
 * WebSocket frames as they go over the wire, built once for all sockets that get the same events at the same time.
 * They are found event by event, by the very objects: two organisations have events of the same place, and what one is sent
 * must never be found for the other.
 */
export class Frames {
  #nothing = new Run()
  readonly #made = new Map<Run, Buffer>()
  /** Most are asked for in a row for the very same list. */
  #last: { readonly events: readonly Wired[]; readonly frame: Buffer } | null = null

  of(events: readonly Wired[]): Buffer {
    if (this.#last?.events === events) return this.#last.frame
    // Equal frames are asked for in one go; nothing is kept for later.
    if (this.#made.size === 0)
      setImmediate(() => {
        this.#nothing = new Run()
        this.#made.clear()
        this.#last = null
      })
    const run = events.reduce((all, event) => all.and(event), this.#nothing)
    const frame =
      this.#made.get(run) ?? textFrame(`{"type":"events","events":[${events.map((e) => e.text).join(',')}]}`)
    this.#made.set(run, frame)
    this.#last = { events, frame }
    return frame
  }
}

/** An unmasked, unfragmented text frame (RFC 6455, 5.2). */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafeSlow(head + length)
  frame[0] = 0x81
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, head)
  return frame
}

export const heartbeat = (head: number): Wired => ({
  seq: head,
  text: `{"type":"heartbeat","id":${head}}`,
})
