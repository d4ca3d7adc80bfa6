import type { OrgId } from '@parley/core'
import { z } from 'zod'
import type { Bus, Unsubscribe } from '../bus/bus.ts'
import { takenSubject } from '../bus/subjects.ts'

const QueueTaken = z.object({
  queue_id: z.string(),
  /** The process that serves it from now on. */
  gateway: z.string(),
  /** Greater than that of every claim on a queue of the organisation that this gateway had heard of. */
  number: z.int().nonnegative(),
  /** Does it stay, as a socket does, or end with its answer? */
  stays: z.boolean(),
  /** Of one that says so after a while: for how many milliseconds it has waited. */
  waited: z.int().positive().optional(),
})

/** A gateway serves a queue from now on, so no other does any longer. It names the queue, and tells nothing of it. */
export type QueueTaken = z.infer<typeof QueueTaken>

/** Tells the gateways that follow the organisation; lost where NATS or a gateway is not there. */
export function tellTaken(bus: Bus, org: OrgId, taken: QueueTaken): void {
  bus.publish(takenSubject(org), JSON.stringify({ org, ...taken }))
}

const Wire = QueueTaken.extend({ org: z.int() })

/** Calls back for queues of an organisation that gateways take, this one too, while connected. What cannot be read is left out. */
export function subscribeTaken(
  bus: Bus,
  org: OrgId,
  onTaken: (taken: QueueTaken) => void,
  onProblem: (what: string, error?: unknown) => void = () => {},
): Unsubscribe {
  return bus.subscribe(takenSubject(org), ({ data }) => {
    const taken = ((): QueueTaken | null => {
      try {
        const { org: of, ...read } = Wire.parse(JSON.parse(new TextDecoder().decode(data)))
        return of === org ? read : null
      } catch (error) {
        onProblem('a queue that was taken cannot be read', error)
        return null
      }
    })()
    if (taken) onTaken(taken)
  })
}
