import { AppError, type Clock } from '@parley/core'
import type { Lent } from '../memory/pool.ts'
import { type CallerFrame, encode, errorOf, receive } from './frame.ts'
import type { LinkLimits } from './limits.ts'
import type { Outgoing, Reply, Sent } from './outgoing.ts'
import { TokenSlots } from './token-slots.ts'
import type { Wire } from './wire.ts'

interface Options {
  readonly wire: Wire
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
  readonly #waiting = new Map<number, Waiting>()
  readonly #tokens = new TokenSlots()
  readonly #heartbeat: NodeJS.Timeout
  #lastId = 0
  #heard: number
  #leaving: number | null = null
  #renewed = false

  constructor(options: Options, ageMs: number) {
    this.#o = options
    const { wire, clock, limits } = options
    const born = clock.monotonic()
    this.#heard = born
    this.#heartbeat = setInterval(() => this.#check(born + ageMs), limits.heartbeatMs).unref()
    wire.listen({
      text: (message) => this.#receive(message),
      pong: () => this.#hear(),
      closed: (code) => this.#end(code),
    })
  }

  get inFlight(): number {
    return this.#waiting.size
  }

  get usable(): boolean {
    return this.#leaving === null && this.#o.wire.open
  }

  get full(): boolean {
    const { wire, limits } = this.#o
    return this.#waiting.size >= limits.inFlight || wire.buffered > limits.bufferedBytes
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
    this.#o.wire.send(bytes)
    return {
      reply: promise,
      cancel: () => {
        if (!this.#waiting.delete(id)) return
        this.#o.wire.send(encode({ t: 'cancel', id }))
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
    this.#o.wire.destroy()
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
    const { wire, clock, limits, onRenew } = this.#o
    const now = clock.monotonic()
    if (now - this.#heard > limits.silentMs) return this.destroy()
    if (this.#leaving !== null && now - this.#leaving > limits.drainMs) return this.destroy()
    if (now > oldAt && !this.#renewed) {
      this.#renewed = true
      onRenew()
    }
    wire.ping()
  }

  #receive(message: Lent): void {
    this.#hear()
    const received = receive(message)
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
    if (!waiting) return json.release()
    this.#waiting.delete(frame.id)
    if (frame.t !== 'ok') json.release()
    if (frame.t === 'err') waiting.reject(errorOf(frame))
    else if (frame.t === 'busy') waiting.resolve({ kind: 'busy' })
    else waiting.resolve({ kind: 'ok', json, ignored: frame.ign ?? [] })
    this.#closeWhenDone()
  }

  #closeWhenDone(): void {
    if (this.#leaving !== null && this.#waiting.size === 0) this.#o.wire.close()
  }

  #end(code: number): void {
    clearInterval(this.#heartbeat)
    for (const waiting of this.#waiting.values()) waiting.resolve({ kind: 'lost' })
    this.#waiting.clear()
    this.#o.onEnd(code !== 1000)
  }
}
