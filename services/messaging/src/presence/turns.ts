import type { Clock, OrgId } from '@parley/core'
import { passing, type PassingEvent, presenceTurned, type Turned } from '@parley/events'

/** Tells what passes beside the log. */
export type Pass = (org: OrgId, events: readonly PassingEvent[]) => void

/** Those who turn within so many milliseconds are told of together. */
const momentMs = 250

/** Tells of people who have come, gone idle or become active again; what is not told when it is disposed is left out. */
export interface Turns extends Disposable {
  tell(org: OrgId, person: Turned): void
}

/** @param wait resolves after so many milliseconds */
export function createTurns(pass: Pass, clock: Clock, wait: (ms: number) => Promise<void>): Turns {
  const waiting = new Map<OrgId, Map<number, Turned>>()
  const flush = (org: OrgId): void => {
    const people = [...(waiting.get(org)?.values() ?? [])]
    waiting.delete(org)
    if (people.length === 0) return
    pass(org, [passing(presenceTurned, { server_timestamp: clock.now() / 1000, people })])
  }
  return {
    tell(org, person) {
      const known = waiting.get(org)
      if (known) {
        known.set(person.user_id, person)
        return
      }
      waiting.set(org, new Map([[person.user_id, person]]))
      void wait(momentMs).then(() => {
        flush(org)
      })
    },
    [Symbol.dispose]: () => {
      waiting.clear()
    },
  }
}
