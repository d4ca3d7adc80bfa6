import type { Clock } from '@parley/core'
import type { QueueTaken } from '@parley/events'

/** What one who serves a queue here says of it: the greater claim has the queue. */
export interface Claim {
  readonly number: number
  /** When it began, on the monotonic clock. */
  readonly at: number
  /** Was it told to the others? */
  told: boolean
}

/** Its place among what is told of a queue: by number, then by gateway. */
type Told = Pick<QueueTaken, 'number' | 'gateway'>

/** What was told is heard sooner, or not at all. */
const onTheWayMs = 2000
const lastsMs = 5000
const mostElsewhere = 10_000

/**
 * Ends who serves a queue of one organisation where another gateway serves it after. Sockets tell the others when they
 * begin; polls, which go round the gateways, only where a socket of another may still serve their queue, or once they
 * have waited for a while. So polls that are answered cost no message. What is lost leaves two to serve it, each with every event.
 */
export class Takeovers {
  readonly #gateway: string
  readonly #clock: Clock
  readonly #tell: (taken: QueueTaken) => void
  /** The greatest number heard of or told. */
  #last = 0
  /** Queues that were last told to have a socket at another gateway, with what was told; the one heard of last at the end. */
  readonly #elsewhere = new Map<string, Told>()

  /** @param gateway names this process alone */
  constructor(gateway: string, clock: Clock, tell: (taken: QueueTaken) => void) {
    this.#gateway = gateway
    this.#clock = clock
    this.#tell = tell
  }

  /** Somebody begins to serve a queue here. @param stays does one answer not end it? */
  begin(queueId: string, stays: boolean): Claim {
    const told = this.#elsewhere.delete(queueId) || stays
    if (told) this.#tell({ queue_id: queueId, gateway: this.#gateway, number: ++this.#last, stays })
    return { number: this.#last, at: this.#clock.monotonic(), told }
  }

  /** A poll waits here: after a while it says so, once, to whoever has waited for longer at another gateway. */
  waits(queueId: string, claim: Claim): void {
    const waited = Math.floor(this.#clock.monotonic() - claim.at)
    if (claim.told || waited < lastsMs) return
    claim.told = true
    this.#tell({ queue_id: queueId, gateway: this.#gateway, number: ++this.#last, stays: false, waited })
  }

  /**
   * A gateway took a queue.
   * @param own of who serves it here; null for nobody
   * @returns whether that one ends
   */
  heard({ queue_id: queueId, gateway, number, stays, waited }: QueueTaken, own: Claim | null): boolean {
    if (gateway === this.#gateway) return false
    this.#last = Math.max(this.#last, number)
    // Only who is surely older ends: of two that began at about the same time both would.
    if (waited !== undefined) return own !== null && own.at + onTheWayMs <= this.#clock.monotonic() - waited
    const known = this.#elsewhere.get(queueId)
    // What was told before that arrives after it changes nothing: the socket may still be there.
    if (!known || isAfter({ number, gateway }, known)) {
      this.#elsewhere.delete(queueId)
      if (stays) this.#remember(queueId, { number, gateway })
    }
    if (!own) return false
    // Who has served it for longer was there before, whether or not that one had heard of it. Of two who begin at the
    // same time both gateways keep the same.
    if (this.#clock.monotonic() - own.at >= onTheWayMs) return true
    return isAfter({ number, gateway }, { number: own.number, gateway: this.#gateway })
  }

  #remember(queueId: string, told: Told): void {
    this.#elsewhere.set(queueId, told)
    if (this.#elsewhere.size <= mostElsewhere) return
    for (const oldest of this.#elsewhere.keys()) {
      this.#elsewhere.delete(oldest)
      return
    }
  }
}

const isAfter = (one: Told, other: Told): boolean =>
  one.number > other.number || (one.number === other.number && one.gateway > other.gateway)
