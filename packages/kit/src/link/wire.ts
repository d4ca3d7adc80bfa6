import type { TLSSocket } from 'node:tls'
import { type Lent, pool } from '../memory/pool.ts'
import type { LinkLimits } from './limits.ts'
import { callerFrame, MessageReader } from './message-reader.ts'

/** What happens on a wire. */
interface WireEvents {
  /** A message; it is the listener's. */
  text(message: Lent): void
  pong(): void
  /** It is gone. @param code of the other side's closing; 1006 where it was not closed in order */
  closed(code: number): void
}

/** How long the other side may take to close, milliseconds. */
const closeMs = 30_000
const broken = 1006

/**
 * The calling side of one open WebSocket. It reads into one buffer again and again, because V8 counts every buffer that a
 * socket's bytes come in and walks the process's whole heap for each 64 MB of them (adr 0053).
 */
export class Wire {
  readonly #socket: TLSSocket
  readonly #limits: LinkLimits
  readonly #reader: MessageReader
  #events: WireEvents | null = null
  #corked = false
  #closing = false
  #code = broken
  #timer: NodeJS.Timeout | undefined

  constructor(socket: TLSSocket, limits: LinkLimits) {
    this.#socket = socket
    this.#limits = limits
    this.#reader = new MessageReader(
      {
        text: (message) => this.#events?.text(message),
        pong: () => this.#events?.pong(),
        ping: (data) => this.#pong(data),
        close: (code) => this.#closedByOther(code),
      },
      { most: limits.answerBytes, pool },
    )
    socket.once('close', () => {
      clearTimeout(this.#timer)
      this.#reader.stop()
      this.#events?.closed(this.#code)
    })
  }

  get open(): boolean {
    return !this.#closing && this.#socket.writable
  }

  /** Bytes that the kernel has not taken yet. */
  get buffered(): number {
    return this.#socket.writableLength
  }

  /** Tells everything that happens from now on. */
  listen(events: WireEvents): void {
    this.#events = events
  }

  /** Bytes that came; they are the caller's own again when this returns. */
  read(bytes: Buffer): void {
    if (!this.#reader.read(bytes)) this.destroy()
  }

  send(text: Buffer): void {
    this.#write(callerFrame('text', text))
  }

  ping(): void {
    this.#write(callerFrame('ping', nothing))
  }

  /** Says that nothing more is sent, and waits for the other side to say so. */
  close(): void {
    if (!this.open) return
    this.#write(callerFrame('close', inOrder))
    this.#awaitEnd()
  }

  destroy(): void {
    this.#closing = true
    this.#reader.stop()
    this.#socket.destroy()
  }

  /** Who asks and asks, and takes no answer, is left. */
  #pong(data: Buffer): void {
    if (this.buffered > this.#limits.bufferedBytes) this.destroy()
    else this.#write(callerFrame('pong', data))
  }

  #closedByOther(code: number): void {
    this.#code = code
    this.#write(callerFrame('close', inOrder))
    this.#awaitEnd()
    this.#reader.stop()
    this.#socket.end()
  }

  #awaitEnd(): void {
    this.#closing = true
    this.#timer ??= setTimeout(() => this.destroy(), closeMs).unref()
  }

  /** Frames of one turn of the event loop leave in one TLS record. */
  #write(frame: readonly Buffer[]): void {
    if (!this.open) return
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      setImmediate(() => {
        this.#corked = false
        this.#socket.uncork()
      })
    }
    for (const piece of frame) this.#socket.write(piece)
  }
}

const nothing = Buffer.alloc(0)
const inOrder = Buffer.from([1000 >> 8, 1000 & 0xff])
