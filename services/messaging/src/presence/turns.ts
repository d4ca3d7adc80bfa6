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

/** Those of an organisation's people who show now when they are there. */
export type StillShown = (org: OrgId, users: readonly number[]) => Promise<ReadonlySet<number>>

/**
 * @param wait resolves after so many milliseconds
 * @param onProblem is told where nobody could be told of
 */
export function createTurns(
  pass: Pass,
  clock: Clock,
  wait: (ms: number) => Promise<void>,
  stillShown: StillShown,
  onProblem: (error: unknown) => void,
): Turns {
  const waiting = new Map<OrgId, Map<number, Turned>>()
  const flush = async (org: OrgId): Promise<void> => {
    const turned = [...(waiting.get(org)?.values() ?? [])]
    waiting.delete(org)
    if (turned.length === 0) return
    // Who hid it within the moment has been answered: nobody is told of them any more.
    const shown = await stillShown(
      org,
      turned.map((person) => person.user_id),
    )
    const people = turned.filter((person) => shown.has(person.user_id))
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
      wait(momentMs)
        .then(() => flush(org))
        .catch(onProblem)
    },
    [Symbol.dispose]: () => {
      waiting.clear()
    },
  }
}
