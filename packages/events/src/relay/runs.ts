import { type OrgId, seq } from '@parley/core'
import type { RunHead } from '../bus/run-head.ts'
import { encodeRun, type TextEvent } from '../read-log.ts'

/** What one message may hold; NATS takes 1 MiB with its headers. */
export const maxRunBytes = 900_000

/** A run as it is published. */
export interface EncodedRun extends RunHead {
  readonly bytes: Uint8Array
  /** Not all events fitted. */
  readonly cut: boolean
}

/**
 * The longest run of consecutive events from the first one that fits one message.
 * @param events in order, at least one
 */
export function fittingRun(org: OrgId, events: readonly TextEvent[], maxBytes = maxRunBytes): EncodedRun {
  const gap = events.findIndex((event, i) => i > 0 && event.seq !== (events[i - 1]?.seq ?? 0) + 1)
  let run = gap === -1 ? events : events.slice(0, gap)
  for (;;) {
    const bytes = encodeRun(org, run)
    // An event alone always fits: append refuses larger ones.
    if (bytes.length <= maxBytes || run.length === 1)
      return {
        bytes,
        from: run[0]?.seq ?? seq(0),
        to: run.at(-1)?.seq ?? seq(0),
        types: [...new Set(run.map((event) => event.type))],
        cut: run.length < events.length,
      }
    run = run.slice(0, Math.ceil(run.length / 2))
  }
}
