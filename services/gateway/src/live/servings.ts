import { isGuestRole } from '@parley/access'
import type { Consumer, EndReason } from './consumer.ts'
import type { Consumers } from './consumers.ts'
import { type Effect, ends } from './effect.ts'
import type { Passing } from './passing.ts'
import type { Claim } from './takeovers.ts'

/** Who serves a queue, from the beginning of its catching up. */
export interface Serving {
  readonly consumer: Consumer
  readonly claim: Claim
  stopped: boolean
}

/** Who serves which queue of one organisation here, one each, until let go. */
export class Servings {
  readonly #byQueue = new Map<string, Serving>()
  readonly #consumers: Consumers
  readonly #passing: Passing

  constructor(consumers: Consumers, passing: Passing) {
    this.#consumers = consumers
    this.#passing = passing
  }

  get size(): number {
    return this.#byQueue.size
  }

  of(queueId: string): Serving | undefined {
    return this.#byQueue.get(queueId)
  }

  begin(consumer: Consumer, claim: Claim): Serving {
    const serving: Serving = { consumer, claim, stopped: false }
    this.#byQueue.set(consumer.queue.spec.queueId, serving)
    this.#passing.begin(consumer)
    return serving
  }

  *consumers(): Iterable<Consumer> {
    for (const { consumer } of this.#byQueue.values()) yield consumer
  }

  /** Lets a consumer go, telling it why where a reason is given. */
  stop(consumer: Consumer | undefined, reason?: EndReason): void {
    if (!consumer) return
    this.#consumers.detach(consumer)
    this.#passing.end(consumer)
    const { queueId } = consumer.queue.spec
    const serving = this.#byQueue.get(queueId)
    if (serving?.consumer === consumer) {
      this.#byQueue.delete(queueId)
      serving.stopped = true
    }
    if (reason) consumer.end(reason)
  }

  endAll(reason: EndReason): void {
    for (const consumer of this.consumers()) this.stop(consumer, reason)
  }

  /** Lets those go whom an effect leaves nothing to wait for. */
  apply(effect: Effect): void {
    if (effect.kind === 'ended') this.#revoke(effect)
    if (effect.kind === 'over') this.endAll('revoked')
    if (effect.kind === 'moved') this.#endQueuesOf(effect)
  }

  #revoke(effect: Effect & { kind: 'ended' }): void {
    for (const consumer of this.consumers())
      if (consumer.queue.spec.user === effect.user && ends(effect, consumer.credential))
        this.stop(consumer, 'revoked')
  }

  /**
   * Those that began at the new vantage stay: the database may be ahead of what is applied here. A guest's begin again
   * from where they are, with whom the guest sees now.
   */
  #endQueuesOf({ user, vantage, role }: Effect & { kind: 'moved' }): void {
    for (const consumer of this.consumers()) {
      const { spec } = consumer.queue
      if (spec.user !== user) continue
      if (spec.vantage < vantage) this.stop(consumer, 'gone')
      else if (isGuestRole(role)) this.stop(consumer, 'resume')
    }
  }
}
