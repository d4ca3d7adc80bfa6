import type { Writable } from 'node:stream'
import { AckFrame, closeCode } from '@parley/api'
import type { Clock } from '@parley/core'
import type { RawData, WebSocket } from 'ws'
import type { Departures } from '../departures.ts'
import type { Consumer, EndReason } from './consumer.ts'
import type { Wired } from './encoded.ts'
import { type Frames, heartbeat } from './frames.ts'
import type { Queue } from './queue.ts'

export interface EventSocketOptions {
  readonly socket: WebSocket
  /** What the socket writes to. Shared frames go there as they are, and count in its `bufferedAmount`. */
  readonly wire: Writable
  readonly queue: Queue
  readonly credential: string
  readonly until: number
  readonly clock: Clock
  readonly frames: Frames
  readonly departures: Departures | null
  readonly patienceMs: number
  readonly onAck: (id: number) => void
  /** The client or the network ended it. */
  readonly onGone: () => void
  /** Its last bytes are on their way to a slow reader, and a revocation can still take them back. @returns says that they have left */
  readonly onLeaving: () => () => void
}

/** Unsent bytes above which the reader is too slow, and below which more may be handed over. */
const mostBuffered = 1024 * 1024
const fewBuffered = 128 * 1024
const pingMs = 25_000
const silentMs = 75_000
/** Frames a client may send in a minute; acknowledging each event of a busy channel stays far below. */
const mostFrames = 6000

const codes: Readonly<Record<EndReason, number>> = {
  superseded: closeCode.superseded,
  revoked: closeCode.revoked,
  gone: closeCode.queueGone,
  resume: closeCode.resume,
  slow: closeCode.resume,
  restart: closeCode.restart,
}

/** One queue over a WebSocket. */
export class EventSocket implements Consumer {
  readonly queue: Queue
  readonly credential: string
  readonly until: number
  readonly patienceMs: number
  readonly #options: EventSocketOptions
  heardAt: number
  #pingedAt: number
  #aliveAt: number
  #frames = 0
  #minuteFrom: number
  #ended = false

  constructor(options: EventSocketOptions) {
    const { socket, queue, credential, until, clock, patienceMs } = options
    this.#options = options
    this.queue = queue
    this.credential = credential
    this.until = until
    this.patienceMs = patienceMs
    this.heardAt = this.#pingedAt = this.#aliveAt = this.#minuteFrom = clock.monotonic()
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary)
    })
    socket.on('pong', () => {
      this.#aliveAt = clock.monotonic()
    })
    // Each is answered by a pong: a client that sends many and reads none must not fill this process.
    socket.on('ping', () => {
      this.#aliveAt = clock.monotonic()
      if (this.#floods() || socket.bufferedAmount > mostBuffered) socket.terminate()
    })
    socket.on('error', () => {
      socket.terminate()
    })
    socket.on('close', () => {
      this.#ended = true
      options.onGone()
    })
  }

  deliver(events: readonly Wired[]): void {
    const { departures, queue } = this.#options
    this.#write(
      events,
      departures &&
        ((error) => {
          if (!error) departures.events(queue.spec.queueId, events)
        }),
    )
  }

  /** Nobody is made to begin again for what is not kept. */
  pass(events: readonly Wired[]): boolean {
    const { socket } = this.#options
    if (this.#ended || socket.readyState !== socket.OPEN || socket.bufferedAmount > fewBuffered) return false
    this.deliver(events)
    return true
  }

  #write(events: readonly Wired[], left: ((error?: Error | null) => void) | null): void {
    if (this.#ended) return
    const { socket, wire, frames, clock } = this.#options
    // Nothing may follow a closing frame.
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > mostBuffered) {
      this.end('slow')
      return
    }
    this.heardAt = clock.monotonic()
    if (left) wire.write(frames.of(events), left)
    else wire.write(frames.of(events))
  }

  beat(head: number): void {
    this.#write([heartbeat(head)], null)
  }

  end(reason: EndReason): void {
    if (this.#ended) return
    this.#ended = true
    const { socket, onGone, onLeaving } = this.#options
    socket.close(codes[reason], reason === 'slow' ? 'resume' : reason)
    onGone()
    if (reason === 'slow') socket.once('close', onLeaving())
    // Nobody looks after this connection any more, so what still waits here must not leave later.
    if (reason === 'resume')
      setImmediate(() => {
        setImmediate(() => {
          this.cut()
        })
      })
  }

  cut(): void {
    if (this.#options.socket.bufferedAmount > 0) this.#options.socket.terminate()
  }

  async drained(): Promise<void> {
    const { socket } = this.#options
    while (socket.bufferedAmount > fewBuffered && socket.readyState === socket.OPEN)
      await new Promise<void>((done) => setTimeout(done, 20))
  }

  /** Looks after the connection: called every second or so. */
  tick(): void {
    const { socket, clock } = this.#options
    const now = clock.monotonic()
    if (now - this.#aliveAt > silentMs) socket.terminate()
    else if (now - this.#pingedAt >= pingMs) {
      this.#pingedAt = now
      socket.ping()
    }
  }

  #receive(data: RawData, isBinary: boolean): void {
    const { clock, onAck } = this.#options
    this.#aliveAt = clock.monotonic()
    const ack = isBinary || this.#floods() ? null : ackOf(data)
    if (ack === null) this.#refuse()
    else onAck(ack)
  }

  /** Counts a frame of the client. */
  #floods(): boolean {
    const now = this.#options.clock.monotonic()
    if (now - this.#minuteFrom > 60_000) {
      this.#minuteFrom = now
      this.#frames = 0
    }
    return ++this.#frames > mostFrames
  }

  #refuse(): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.socket.close(closeCode.badFrame, 'malformed frame')
    this.#options.onGone()
  }
}

function ackOf(data: RawData): number | null {
  try {
    const text = Buffer.isBuffer(data) ? data.toString() : ''
    const frame = AckFrame.safeParse(JSON.parse(text))
    return frame.success ? frame.data.ack : null
  } catch {
    return null
  }
}
