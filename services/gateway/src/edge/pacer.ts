import type { Socket } from 'node:net'

/**
 * Lets only so many connections be in their TLS handshake at a time, so that a storm of them (a millisecond of CPU
 * each) cannot hold up the renewal of the lease. Others wait their turn; beyond `mostWaiting` they are dropped. Who has
 * not shaken hands by then makes room after `holdMs`: what is slow then is the network or silence, not our CPU, and
 * a few who connect and say nothing must not keep everybody else out.
 */
export class Pacer {
  readonly #start: (socket: Socket) => void
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #holdMs: number
  /** With the timer that ends its turn. */
  readonly #shaking = new Map<Socket, NodeJS.Timeout>()
  readonly #waiting = new Set<Socket>()
  #waited = 0
  #dropped = 0

  constructor(start: (socket: Socket) => void, atOnce = 32, mostWaiting = 8192, holdMs = 200) {
    this.#start = start
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
    this.#holdMs = holdMs
  }

  /** How many have had to wait for their turn so far. */
  get waited(): number {
    return this.#waited
  }

  /** How many were dropped so far because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  accept(socket: Socket): void {
    if (this.#shaking.size < this.#atOnce) this.#begin(socket)
    else if (this.#waiting.size < this.#mostWaiting) {
      this.#waited++
      this.#waiting.add(socket)
    } else {
      this.#dropped++
      socket.destroy()
    }
  }

  /** The connection is closed. */
  gone(socket: Socket): void {
    this.#waiting.delete(socket)
    this.done(socket)
  }

  /** The connection's handshake is over, however it ended. */
  done(socket: Socket): void {
    clearTimeout(this.#shaking.get(socket))
    if (!this.#shaking.delete(socket)) return
    const [next] = this.#waiting
    if (!next) return
    this.#waiting.delete(next)
    this.#begin(next)
  }

  destroy(): void {
    for (const socket of [...this.#waiting, ...this.#shaking.keys()]) socket.destroy()
  }

  #begin(socket: Socket): void {
    this.#shaking.set(
      socket,
      setTimeout(() => this.done(socket), this.#holdMs),
    )
    this.#start(socket)
  }
}
