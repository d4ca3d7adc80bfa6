import type { Duplex } from 'node:stream'
import { AppError, type Clock } from '@parley/core'
import type { RawData, WebSocket } from 'ws'
import { corkedSender } from './corked.ts'
import { type CallerFrame, encode, errorOf, receive } from './frame.ts'
import type { LinkLimits } from './limits.ts'
import type { Outgoing, Reply, Sent } from './outgoing.ts'
import { bytesOf } from './text-of.ts'
import { TokenSlots } from './token-slots.ts'

interface Options {
  readonly ws: WebSocket
  readonly socket: Duplex
  readonly clock: Clock
  readonly limits: LinkLimits
  /** This connection is old, by its own clock or the other side's: another one should take its place. */
  readonly onRenew: () => void
  /** The other side takes no new calls. */
  readonly onDrain: () => void
  /** It is gone; `broken` where it was not closed in order. */
  readonly onEnd: (broken: boolean) => void
}

interface Waiting {
  resolve(reply: Reply): void
  reject(error: AppError): void
}

/** The calling side of one open connection. */
export class CallingConnection {
  readonly #o: Options
  readonly #send: (frame: Buffer) => void
  readonly #waiting = new Map<number, Waiting>()
  readonly #tokens = new TokenSlots()
  readonly #heartbeat: NodeJS.Timeout
  #lastId = 0
  #heard: number
  #leaving: number | null = null
  #renewed = false

  constructor(options: Options, ageMs: number) {
    this.#o = options
    const { ws, socket, clock, limits } = options
    const born = clock.monotonic()
    this.#heard = born
    this.#send = corkedSender(ws, socket)
    this.#heartbeat = setInterval(() => this.#check(born + ageMs), limits.heartbeatMs).unref()
    ws.on('message', (data: RawData) => this.#receive(data))
    ws.on('pong', () => this.#hear())
    // What follows an error is always a close.
    ws.on('error', () => {})
    ws.on('close', (code: number) => this.#end(code))
  }

  get inFlight(): number {
    return this.#waiting.size
  }

  get usable(): boolean {
    return this.#leaving === null && this.#o.ws.readyState === this.#o.ws.OPEN
  }

  get full(): boolean {
    const { ws, limits } = this.#o
    return this.#waiting.size >= limits.inFlight || ws.bufferedAmount > limits.bufferedBytes
  }

  /**
   * Sends a call.
   * @throws AppError PAYLOAD_TOO_LARGE where the frame would be refused; nothing is sent then
   */
  send(call: Outgoing): Sent {
    const id = ++this.#lastId
    const bytes = encode(this.#frame(id, call))
    if (bytes.length > this.#o.limits.requestBytes)
      throw new AppError('PAYLOAD_TOO_LARGE', 'Payload too large')
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    this.#waiting.set(id, { resolve, reject })
    this.#send(bytes)
    return {
      reply: promise,
      cancel: () => {
        if (!this.#waiting.delete(id)) return
        this.#send(encode({ t: 'cancel', id }))
        this.#closeWhenDone()
      },
    }
  }

  /** Takes no new calls; closes when those in flight are answered. */
  leave(): void {
    this.#leaving ??= this.#o.clock.monotonic()
    this.#closeWhenDone()
  }

  /** Ends at once; calls in flight are lost. */
  destroy(): void {
    this.#o.ws.terminate()
  }

  #frame(id: number, { kind, op, input, token, requestId, traceparent, leftMs }: Outgoing): CallerFrame {
    const parts = {
      id,
      op,
      ms: Math.ceil(leftMs),
      req: requestId,
      tp: traceparent,
      apart: true,
      in: input,
    } as const
    if (kind === 'call') return { t: 'call', ...parts }
    return token === null ? { t: 'op', ...parts } : { t: 'op', ...parts, tok: this.#tokens.refer(token) }
  }

  #hear(): void {
    this.#heard = this.#o.clock.monotonic()
  }

  #check(oldAt: number): void {
    const { ws, clock, limits, onRenew } = this.#o
    const now = clock.monotonic()
    if (now - this.#heard > limits.silentMs) return this.destroy()
    if (this.#leaving !== null && now - this.#leaving > limits.drainMs) return this.destroy()
    if (now > oldAt && !this.#renewed) {
      this.#renewed = true
      onRenew()
    }
    if (ws.readyState === ws.OPEN) ws.ping()
  }

  #receive(data: RawData): void {
    this.#hear()
    const received = receive(bytesOf(data))
    if (!received) return this.destroy()
    const { frame, json } = received
    if (frame.t === 'drain') {
      this.#o.onDrain()
      return this.leave()
    }
    if (frame.t === 'renew') {
      this.#renewed = true
      return this.#o.onRenew()
    }
    const waiting = this.#waiting.get(frame.id)
    // Cancelled meanwhile.
    if (!waiting) return
    this.#waiting.delete(frame.id)
    if (frame.t === 'err') waiting.reject(errorOf(frame))
    else if (frame.t === 'busy') waiting.resolve({ kind: 'busy' })
    else waiting.resolve({ kind: 'ok', json, ignored: frame.ign ?? [] })
    this.#closeWhenDone()
  }

  #closeWhenDone(): void {
    if (this.#leaving !== null && this.#waiting.size === 0) this.#o.ws.close(1000)
  }

  #end(code: number): void {
    clearInterval(this.#heartbeat)
    for (const waiting of this.#waiting.values()) waiting.resolve({ kind: 'lost' })
    this.#waiting.clear()
    this.#o.onEnd(code !== 1000)
  }
}
