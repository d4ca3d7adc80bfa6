import type { Duplex } from 'node:stream'
import type { Caller } from '@parley/api'
import { AppError, asAppError, type Clock, unavailable } from '@parley/core'
import type { RawData, WebSocket } from 'ws'
import { pool } from '../memory/pool.ts'
import { answerMessage, isLarge, largeFrame, together } from './answer-message.ts'
import { corkedSender, type Sender } from './corked.ts'
import {
  CallerFrame,
  type CallFrame,
  decode,
  encode,
  errorFrame,
  type OkFrame,
  type ServerFrame,
} from './frame.ts'
import type { LinkLimits } from './limits.ts'
import { textOf } from './text-of.ts'
import { tokenSlots } from './token-slots.ts'

/** A call that came over the link. */
export interface IncomingCall {
  readonly kind: 'op' | 'call'
  readonly op: string
  readonly input: unknown
  readonly caller: Caller
  /** The caller's token, not yet checked. */
  readonly token: string | null
  readonly requestId: string
  readonly traceparent: string | undefined
  /** The call's end on this process's monotonic clock. */
  readonly deadline: number
  /** Ends at the deadline, when the caller cancels, and when the connection is lost. */
  readonly signal: AbortSignal
}
export type LinkHandler = (call: IncomingCall) => Promise<{
  readonly out: unknown
  readonly ignored?: readonly string[]
}>

interface Options {
  readonly ws: WebSocket
  readonly socket: Duplex
  readonly caller: Caller
  readonly handler: LinkHandler
  readonly clock: Clock
  readonly limits: LinkLimits
  /** Called once, with the reason where this side cut the connection. */
  readonly onEnd: (cut: CutReason | null) => void
}
export type CutReason = 'malformed' | 'silent' | 'slow' | 'old' | 'drained' | 'error'

/** The serving side of one connection. */
export class ServedConnection {
  readonly #o: Options
  readonly #send: Sender
  readonly #running = new Map<number, AbortController>()
  readonly #tokens = new Map<number, string>()
  readonly #born: number
  #heard: number
  #pausedAt: number | null = null
  #leaving: number | null = null
  #cut: CutReason | null = null

  constructor(options: Options) {
    this.#o = options
    this.#send = corkedSender(options.ws, options.socket)
    this.#born = this.#heard = options.clock.monotonic()
    const { ws, socket } = options
    ws.on('message', (data: RawData, binary: boolean) => this.#receive(data, binary))
    ws.on('ping', () => this.#hear())
    // A protocol error (oversized frame, bad UTF-8): ws closes the connection itself.
    ws.on('error', () => (this.#cut ??= 'error'))
    ws.on('close', () => this.#end())
    socket.on('drain', () => this.#resume())
  }

  /** Asks the caller to finish here. */
  drain(): void {
    this.#leave('drain')
  }

  /** Asks the caller to take another connection; cuts this one if it does not. */
  renew(): void {
    this.#leave('renew')
  }

  #leave(how: 'drain' | 'renew'): void {
    if (this.#leaving === null || how === 'drain') this.#write({ t: how })
    this.#leaving ??= this.#o.clock.monotonic()
  }

  cut(reason: CutReason): void {
    this.#cut ??= reason
    this.#o.ws.terminate()
  }

  /** Looks after silence, slowness and age; called at every heartbeat. */
  check(): void {
    const { clock, limits } = this.#o
    const now = clock.monotonic()
    if (this.#pausedAt !== null) {
      if (now - this.#pausedAt > limits.silentMs) this.cut('slow')
      return
    }
    if (now - this.#heard > limits.silentMs) this.cut('silent')
    else if (this.#leaving !== null && now - this.#leaving > limits.drainMs) this.cut('old')
    else if (now - this.#born > limits.ageMs * 1.5) this.#leave('renew')
  }

  #hear(): void {
    this.#heard = this.#o.clock.monotonic()
  }

  #receive(data: RawData, binary: boolean): void {
    this.#hear()
    const frame = binary ? null : decode<CallerFrame>(CallerFrame, textOf(data))
    if (!frame) this.cut('malformed')
    else if (frame.t === 'cancel') this.#running.get(frame.id)?.abort(unavailable())
    else void this.#serve(frame)
  }

  async #serve(frame: CallFrame): Promise<void> {
    const { clock, limits, handler, caller } = this.#o
    const token = frame.t === 'op' ? this.#tokenOf(frame.tok) : null
    if (token === undefined || this.#running.has(frame.id)) return this.cut('malformed')
    if (this.#running.size >= limits.inFlight) return this.#write({ t: 'busy', id: frame.id })
    const ending = new AbortController()
    const timer = setTimeout(() => ending.abort(unavailable()), frame.ms)
    this.#running.set(frame.id, ending)
    try {
      const { out, ignored } = await handler({
        kind: frame.t,
        op: frame.op,
        input: frame.in,
        caller,
        token,
        requestId: frame.req,
        traceparent: frame.tp,
        deadline: clock.monotonic() + frame.ms,
        signal: ending.signal,
      })
      const ok = { t: 'ok', id: frame.id, ...(ignored?.length ? { ign: [...ignored] } : {}) } as const
      if (frame.apart) this.#answer(ok, out)
      else this.#write({ ...ok, out })
    } catch (error) {
      this.#write(errorFrame(frame.id, asAppError(error)))
    } finally {
      clearTimeout(timer)
      this.#running.delete(frame.id)
    }
  }

  /** @returns undefined for a slot that holds nothing */
  #tokenOf(ref: number | [number, string] | undefined): string | null | undefined {
    if (ref === undefined) return null
    if (typeof ref === 'number') return this.#tokens.get(ref)
    const [slot, token] = ref
    if (slot >= tokenSlots) return undefined
    this.#tokens.set(slot, token)
    return token
  }

  #answer(frame: OkFrame, out: unknown): void {
    const message = answerMessage(frame, out)
    if (message.length > this.#o.limits.answerBytes) return this.#write(tooLarge(frame))
    if (isLarge(message)) this.#send.large(largeFrame(message, pool))
    else this.#send.text(together(message))
    this.#pauseIfFull()
  }

  #write(frame: ServerFrame): void {
    const bytes = encode(frame)
    if (bytes.length > this.#o.limits.answerBytes && frame.t === 'ok') return this.#write(tooLarge(frame))
    this.#send.text(bytes)
    this.#pauseIfFull()
  }

  #pauseIfFull(): void {
    const { ws, limits, clock } = this.#o
    if (this.#pausedAt !== null || ws.bufferedAmount <= limits.bufferedBytes) return
    this.#pausedAt = clock.monotonic()
    ws.pause()
  }

  #resume(): void {
    if (this.#pausedAt === null) return
    this.#pausedAt = null
    this.#hear()
    this.#o.ws.resume()
  }

  #end(): void {
    for (const ending of this.#running.values()) ending.abort(unavailable())
    this.#o.onEnd(this.#cut)
  }
}

const tooLarge = ({ id }: OkFrame): ServerFrame =>
  errorFrame(id, new AppError('INTERNAL', 'Internal server error'))
