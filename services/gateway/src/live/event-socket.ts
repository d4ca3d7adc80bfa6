import type { Writable } from 'node:stream'
import { AckFrame, closeCode } from '@parley/api'
import type { Clock } from '@parley/core'
import type { RawData, WebSocket } from 'ws'
import type { Departures } from '../departures.ts'
import type { Consumer, EndReason } from './consumer.ts'
import type { Wired } from './encoded.ts'
import { type Frames, heartbeat } from './frames.ts'
import type { Organisation } from './organisation.ts'
import { patience } from './patience.ts'
import type { Positions } from './positions.ts'
import type { Queue } from './queue.ts'

/** What all sockets of a gateway share. */
export interface EventSocketDeps {
  readonly clock: Clock
  readonly frames: Frames
  readonly departures: Departures | null
  readonly positions: Pick<Positions, 'note'>
  /** Counts those that were let go because their readers were too slow. */
  readonly slowReaders: { inc(): void }
}

export interface EventSocketOptions {
  readonly socket: WebSocket
  /** What the socket writes to. Shared frames go there as they are, and count in its `bufferedAmount`. */
  readonly wire: Writable
  readonly organisation: Pick<Organisation, 'org' | 'head' | 'stop' | 'leaving'>
  readonly queue: Queue
  readonly credential: string
  readonly until: number
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
  readonly #deps: EventSocketDeps
  readonly #socket: WebSocket
  readonly #wire: Writable
  readonly #organisation: EventSocketOptions['organisation']
  heardAt: number
  #pingedAt: number
  #aliveAt: number
  #frames = 0
  #minuteFrom: number
  #ended = false

  /** An error of the socket is for the caller to end it by. */
  constructor(
    deps: EventSocketDeps,
    { socket, wire, organisation, queue, credential, until }: EventSocketOptions,
  ) {
    this.#deps = deps
    this.#socket = socket
    this.#wire = wire
    this.#organisation = organisation
    this.queue = queue
    this.credential = credential
    this.until = until
    this.patienceMs = patience(queue.spec.queueId)
    this.heardAt = this.#pingedAt = this.#aliveAt = this.#minuteFrom = deps.clock.monotonic()
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary)
    })
    socket.on('pong', () => {
      this.#aliveAt = deps.clock.monotonic()
    })
    // Each is answered by a pong: a client that sends many and reads none must not fill this process.
    socket.on('ping', () => {
      this.#aliveAt = deps.clock.monotonic()
      if (this.#floods() || socket.bufferedAmount > mostBuffered) socket.terminate()
    })
    socket.on('close', () => {
      this.#ended = true
      organisation.stop(this)
    })
  }

  deliver(events: readonly Wired[]): void {
    const { departures } = this.#deps
    this.#write(
      events,
      departures &&
        ((error) => {
          if (!error) departures.events(this.queue.spec.queueId, events)
        }),
    )
  }

  /** Nobody is made to begin again for what is not kept. */
  pass(events: readonly Wired[]): boolean {
    const socket = this.#socket
    if (this.#ended || socket.readyState !== socket.OPEN || socket.bufferedAmount > fewBuffered) return false
    this.deliver(events)
    return true
  }

  #write(events: readonly Wired[], left: ((error?: Error | null) => void) | null): void {
    if (this.#ended) return
    const socket = this.#socket
    // Nothing may follow a closing frame.
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > mostBuffered) {
      this.end('slow')
      return
    }
    this.heardAt = this.#deps.clock.monotonic()
    const frame = this.#deps.frames.of(events)
    if (left) this.#wire.write(frame, left)
    else this.#wire.write(frame)
  }

  beat(head: number): void {
    this.#write([heartbeat(head)], null)
  }

  end(reason: EndReason): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.close(codes[reason], reason === 'slow' ? 'resume' : reason)
    this.#organisation.stop(this)
    if (reason === 'slow') {
      this.#deps.slowReaders.inc()
      // Its last bytes are on their way, and a revocation can still take them back.
      this.#socket.once('close', this.#organisation.leaving(this))
    }
    // Nobody looks after this connection any more, so what still waits here must not leave later.
    if (reason === 'resume')
      setImmediate(() => {
        setImmediate(() => {
          this.cut()
        })
      })
  }

  cut(): void {
    if (this.#socket.bufferedAmount > 0) this.#socket.terminate()
  }

  async drained(): Promise<void> {
    const socket = this.#socket
    while (socket.bufferedAmount > fewBuffered && socket.readyState === socket.OPEN)
      await new Promise<void>((done) => setTimeout(done, 20))
  }

  /** Looks after the connection: called every second or so. */
  tick(): void {
    const now = this.#deps.clock.monotonic()
    if (now - this.#aliveAt > silentMs) this.#socket.terminate()
    else if (now - this.#pingedAt >= pingMs) {
      this.#pingedAt = now
      this.#socket.ping()
    }
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#aliveAt = this.#deps.clock.monotonic()
    const ack = isBinary || this.#floods() ? null : ackOf(data)
    if (ack === null) this.#refuse()
    else this.#acknowledge(ack)
  }

  #acknowledge(id: number): void {
    const { org, head } = this.#organisation
    this.#deps.positions.note(org, this.queue.spec.queueId, Math.min(id, head))
  }

  /** Counts a frame of the client. */
  #floods(): boolean {
    const now = this.#deps.clock.monotonic()
    if (now - this.#minuteFrom > 60_000) {
      this.#minuteFrom = now
      this.#frames = 0
    }
    return ++this.#frames > mostFrames
  }

  #refuse(): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.close(closeCode.badFrame, 'malformed frame')
    this.#organisation.stop(this)
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
