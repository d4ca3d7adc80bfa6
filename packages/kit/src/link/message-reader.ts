import { isUtf8 } from 'node:buffer'
import { leastPooled, type Lent, owned, part, type Pool } from '../memory/pool.ts'

/** What comes out of a connection. Bytes of control frames are the reader's own again when a function returns. */
export interface Messages {
  /** A whole text; it is the listener's. */
  text(message: Lent): void
  ping(data: Buffer): void
  pong(): void
  /** The other side closes. @param code 1005 where it says none */
  close(code: number): void
}

const opcodes = { continued: 0, text: 1, close: 8, ping: 9, pong: 10 } as const
/** Our services send each message as one frame. */
const mostFrames = 1024
const mostControlBytes = 125

interface Frame {
  readonly opcode: number
  readonly last: boolean
  left: number
}

interface Options {
  /** The largest text, bytes. */
  readonly most: number
  /** Where large texts are put together. */
  readonly pool: Pool
}

/** Reads what a server sends over a WebSocket (RFC 6455), however its bytes are cut: each text straight into its place. */
export class MessageReader {
  readonly #to: Messages
  readonly #o: Options
  readonly #head = Buffer.alloc(10)
  #headLength = 0
  #frame: Frame | null = null
  readonly #control = Buffer.alloc(mostControlBytes)
  #controlLength = 0
  /** Of a text that is not whole yet; frames is 0 where there is none. */
  #text: Lent = nothing
  #length = 0
  #frames = 0
  #stopped = false

  constructor(to: Messages, options: Options) {
    this.#to = to
    this.#o = options
  }

  /** Reads nothing more. */
  stop(): void {
    this.#stopped = true
    // Nobody has seen any of it.
    this.#text.release()
    this.#text = nothing
  }

  /** @returns false for what no server of ours sends; nothing more can be read then */
  read(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length && !this.#stopped;) {
      if (this.#frame === null) {
        this.#head[this.#headLength++] = bytes[at++] ?? 0
        if (this.#headLength < this.#headNeeded()) continue
        this.#frame = this.#begin()
        this.#headLength = 0
        if (this.#frame === null) return false
      } else {
        const end = Math.min(bytes.length, at + this.#frame.left)
        this.#payload(this.#frame, bytes.subarray(at, end))
        this.#frame.left -= end - at
        at = end
      }
      if (this.#frame.left > 0) continue
      const ended = this.#frame
      this.#frame = null
      if (!this.#end(ended)) return false
    }
    return true
  }

  #headNeeded(): number {
    if (this.#headLength < 2) return 2
    const length = (this.#head[1] ?? 0) & 0x7f
    return length === 127 ? 10 : length === 126 ? 4 : 2
  }

  /** @returns null for a frame that may not come */
  #begin(): Frame | null {
    const [first = 0, second = 0] = this.#head
    const opcode = first & 0x0f
    const last = (first & 0x80) !== 0
    const short = second & 0x7f
    const left =
      short === 127
        ? Number(this.#head.readBigUInt64BE(2))
        : short === 126
          ? this.#head.readUInt16BE(2)
          : short
    // No extension was agreed on, and only callers mask.
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0) return null
    if (opcode >= opcodes.close)
      return last && short <= mostControlBytes && opcode <= opcodes.pong ? { opcode, last, left } : null
    if (opcode !== (this.#frames === 0 ? opcodes.text : opcodes.continued)) return null
    if (this.#length + left > this.#o.most || ++this.#frames > mostFrames) return null
    this.#makeRoom(this.#length + left)
    return { opcode, last, left }
  }

  /** One text at a time comes on a connection, so a length that is said and not kept costs no more than one text. */
  #makeRoom(length: number): void {
    if (length <= this.#text.bytes.length && this.#frames > 1) return
    // A text in many frames is not copied for each of them.
    const room = Math.min(this.#o.most, this.#frames > 1 ? 2 * length : length)
    const larger = room < leastPooled ? owned(Buffer.allocUnsafe(room)) : this.#o.pool.take(room)
    this.#text.bytes.copy(larger.bytes, 0, 0, this.#length)
    this.#text.release()
    this.#text = larger
  }

  #payload({ opcode }: Frame, bytes: Buffer): void {
    if (opcode >= opcodes.close) this.#controlLength += bytes.copy(this.#control, this.#controlLength)
    else this.#length += bytes.copy(this.#text.bytes, this.#length)
  }

  /** @returns false for what is no text */
  #end({ opcode, last }: Frame): boolean {
    if (opcode >= opcodes.close) this.#endControl(opcode)
    else if (last) return this.#endText()
    return true
  }

  #endText(): boolean {
    const [text, length] = [this.#text, this.#length]
    this.#text = nothing
    this.#length = this.#frames = 0
    if (!isUtf8(text.bytes.subarray(0, length))) return false
    this.#to.text(part(text, 0, length))
    return true
  }

  #endControl(opcode: number): void {
    const data = this.#control.subarray(0, this.#controlLength)
    this.#controlLength = 0
    if (opcode === opcodes.ping) this.#to.ping(data)
    else if (opcode === opcodes.pong) this.#to.pong()
    else this.#to.close(data.length >= 2 ? data.readUInt16BE() : 1005)
  }
}

const nothing = owned(Buffer.alloc(0))

/** Longer ones are not copied into their frame. */
const mostCopied = 16 * 1024
const maskBytes = 4

/**
 * A frame of the calling side, in one piece or two. Masks guard against proxies that read in clear; here is none, so all
 * are of zeros.
 */
export function callerFrame(kind: 'text' | 'close' | 'ping' | 'pong', payload: Buffer): readonly Buffer[] {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const headBytes = 2 + extra + maskBytes
  const together = length <= mostCopied
  const frame = Buffer.allocUnsafe(headBytes + (together ? length : 0))
  frame[0] = 0x80 | opcodes[kind]
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) frame.writeUInt16BE(length, 2)
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.fill(0, 2 + extra, headBytes)
  if (!together) return [frame, payload]
  payload.copy(frame, headBytes)
  return [frame]
}
