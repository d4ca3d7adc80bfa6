import { type Clock, type OrgId, type Seq } from '@parley/core'
import type { Bus } from '../bus/bus.ts'
import { allHints, orgOfSubject } from '../bus/subjects.ts'
import { seldom } from '../seldom.ts'
import { until } from '../until.ts'
import type { LogSource } from './log-source.ts'
import { ShardRelay } from './shard.ts'
import type { EventStream } from './stream.ts'

export interface RelayOptions {
  readonly bus: Pick<Bus, 'connected' | 'subscribe' | 'onConnect'>
  readonly source: LogSource
  readonly stream: EventStream
  readonly clock: Clock
  /** As many for every relay of an installation; a relay takes each shard that nobody holds. */
  readonly shards: number
  /** How long a shard stays without a relay after its relay died, milliseconds. */
  readonly leaseMs?: number
  readonly onProblem?: (what: string, error?: unknown) => void
}

export interface Relay extends AsyncDisposable {
  /** The shards this relay publishes now. */
  readonly holds: readonly number[]
  /** Resolves when the organisation's log is in the stream up to `seq`, by this relay or another. */
  settled(org: OrgId, seq: Seq, signal: AbortSignal): Promise<void>
}

interface Held {
  readonly epoch: number
  readonly relay: ShardRelay
  /** On the monotonic clock, counted from before the lease was asked for. */
  until: number
}

/** Publishes the logs of the shards it can get, in order, until it is disposed. */
export function createRelay(options: RelayOptions): Relay {
  const { bus, source, stream, clock, shards, leaseMs = 3000 } = options
  const onProblem = seldom(options.onProblem ?? (() => {}), clock)
  const held = new Map<number, Held>()
  const waiters = new Set<() => void>()
  const ended = new AbortController()

  const lose = (shard: number): void => {
    const lost = held.get(shard)
    if (!lost) return
    held.delete(shard)
    onProblem(`shard ${shard} has another relay`)
    void lost.relay.end()
  }
  const take = async (shard: number): Promise<void> => {
    const asked = clock.monotonic()
    const epoch = await source.takeLease(shard, leaseMs)
    if (epoch === null || ended.signal.aborted) return
    const relay = new ShardRelay({
      shard,
      epoch,
      source,
      stream,
      clock,
      mayWork: () => bus.connected && clock.monotonic() < (held.get(shard)?.until ?? 0),
      onLost: () => lose(shard),
      onProblem,
      onProgress: () => {
        for (const waiter of waiters) waiter()
      },
    })
    held.set(shard, { epoch, relay, until: asked + leaseMs })
    relay.reconsider()
  }
  const renew = async (shard: number, lease: Held): Promise<void> => {
    const asked = clock.monotonic()
    if (await source.renewLease(shard, lease.epoch, leaseMs)) lease.until = asked + leaseMs
    else lose(shard)
  }
  const tend = async (): Promise<void> => {
    for (let shard = 0; shard < shards && !ended.signal.aborted; shard++) {
      const lease = held.get(shard)
      await (lease ? renew(shard, lease) : take(shard))
    }
  }
  let tending = Promise.resolve()
  const tendOnce = (): void => {
    tending = tending.then(tend).catch((error: unknown) => onProblem('lease', error))
  }
  tendOnce()
  const timer = setInterval(tendOnce, leaseMs / 3)
  const unsubscribe = bus.subscribe(allHints, ({ subject, data }) => {
    const org = orgOfSubject(subject)
    held.get(org % shards)?.relay.hint(org, Number(new TextDecoder().decode(data)))
  })
  const unlisten = bus.onConnect(() => {
    for (const { relay } of held.values()) relay.reconsider()
  })

  return {
    get holds() {
      return [...held.keys()]
    },
    async settled(org, seq, signal) {
      const published = async (): Promise<boolean> => {
        const relay = held.get(org % shards)?.relay
        return relay ? relay.publishedOf(org) >= seq : (await source.publishedOf(org)) >= seq
      }
      await until(published, waiters, signal)
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      clearInterval(timer)
      unsubscribe()
      unlisten()
      await tending
      for (const [shard, { epoch, relay }] of held) {
        await relay.end()
        await source.endLease(shard, epoch).catch((error: unknown) => onProblem('lease', error))
      }
      held.clear()
    },
  }
}
