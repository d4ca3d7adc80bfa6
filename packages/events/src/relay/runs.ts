import type { OrgId } from '@parley/core'
import { encodeRun, type LoggedEvent } from '../read-log.ts'

/** What one message may hold; NATS takes 1 MiB with its headers. */
export const maxRunBytes = 900_000

/** A run as it is published. */
export interface EncodedRun {
  readonly bytes: Uint8Array
  readonly last: number
  /** Not all events fitted. */
  readonly cut: boolean
}

/**
 * The longest run of consecutive events from the first one that fits one message.
 * @param events in order, at least one
 */
export function fittingRun(org: OrgId, events: readonly LoggedEvent[], maxBytes = maxRunBytes): EncodedRun {
  const gap = events.findIndex((event, i) => i > 0 && event.seq !== (events[i - 1]?.seq ?? 0) + 1)
  let run = gap === -1 ? events : events.slice(0, gap)
  for (;;) {
    const bytes = encodeRun({ org, events: run })
    // An event alone always fits: append refuses larger ones.
    if (bytes.length <= maxBytes || run.length === 1)
      return { bytes, last: run.at(-1)?.seq ?? 0, cut: run.length < events.length }
    run = run.slice(0, Math.ceil(run.length / 2))
  }
}
