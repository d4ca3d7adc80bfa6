import { type Clock, type OrgId, type Seq } from '@parley/core'
import type { Bus } from './bus.ts'
import { hintSubject } from './subjects.ts'

const gapMs = 5

/**
 * Tells the relay of commits: once per organisation, at most every 5 ms; the last place tells all before it. Hints may
 * be lost, the relay also looks by itself.
 */
export function createHints(bus: Bus, clock: Clock): (org: OrgId, seq: Seq) => void {
  const last = new Map<OrgId, { at: number; waiting: Seq | null }>()
  const send = (org: OrgId, seq: Seq): void => bus.publish(hintSubject(org), String(seq))
  return (org, seq) => {
    const now = clock.monotonic()
    const known = last.get(org)
    if (!known || now - known.at >= gapMs) {
      last.set(org, { at: now, waiting: null })
      send(org, seq)
      return
    }
    if (known.waiting === null) {
      setTimeout(() => {
        const waiting = last.get(org)?.waiting
        if (waiting === null || waiting === undefined) return
        last.set(org, { at: clock.monotonic(), waiting: null })
        send(org, waiting)
      }, gapMs).unref()
    }
    known.waiting = seq
  }
}
