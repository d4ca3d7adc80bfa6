import type { OrgId } from '@parley/core'
import { decodeRun, type Run } from '../read-log.ts'
import type { Bus, Unsubscribe } from './bus.ts'
import { eventSubject } from './subjects.ts'

/**
 * Calls back for each run of an organisation's log that the relay publishes, while connected: runs may be missing,
 * come twice or again from the start. Who applies them drops what it has (`seq` ≤ applied) and fills a gap from the
 * log before anything after it.
 */
export function subscribe(
  bus: Pick<Bus, 'subscribe'>,
  org: OrgId,
  onRun: (run: Run) => void,
  onProblem: (what: string, error?: unknown) => void = () => {},
): Unsubscribe {
  return bus.subscribe(eventSubject(org), ({ data }) => {
    let run: Run
    try {
      run = decodeRun(data)
    } catch (error) {
      // The log has it, and the next run shows the gap.
      onProblem('a run cannot be read', error)
      return
    }
    if (run.org === org) onRun(run)
  })
}
