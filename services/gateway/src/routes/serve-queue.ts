import { badRequest, unavailable } from '@parley/core'
import type { Context } from '../context.ts'
import type { Exchange } from '../edge/exchange.ts'
import { badQueue } from '../live/catch-up.ts'
import type { Organisation } from '../live/organisation.ts'
import { Queue, type QueueSpec } from '../live/queue.ts'
import { orgOf } from './own-operation.ts'

/** A queue about to be served. */
export interface Served {
  readonly organisation: Organisation
  readonly queue: Queue
  /** Events after this place are wanted. */
  readonly after: number
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const patienceMs = 5000

/** Of specifications that are remembered, made once. */
const queues = new WeakMap<QueueSpec, Queue>()
function queueOf(spec: QueueSpec): Queue {
  const known = queues.get(spec)
  if (known) return known
  const queue = new Queue(spec)
  queues.set(spec, queue)
  return queue
}

/**
 * Finds a user's queue and the organisation's log, applied at least as far as the client has seen it.
 * @throws AppError BAD_EVENT_QUEUE_ID; BAD_REQUEST for a last event outside the log; UNAVAILABLE without a lease
 */
export async function findServed(
  { live, findQueue, positions }: Context,
  exchange: Exchange,
  asked: { queue_id: string; last_event_id: number },
  user: number,
): Promise<Served> {
  const org = orgOf(exchange)
  const { queue_id: queueId, last_event_id: last } = asked
  if (!uuid.test(queueId)) throw badQueue(queueId)
  const [spec, organisation] = await Promise.all([findQueue(org, queueId, user), live.follow(org)])
  if (!spec) throw badQueue(queueId)
  const after = last === -1 ? spec.start : last
  if (after < spec.start) throw badRequest(`Event ${last} was not in this queue`)
  // Another gateway may have handed out what this one has not seen yet.
  if (after > organisation.head) {
    await live.compare()
    if (after > organisation.head) throw badRequest(`Event ${last} was not in this queue`)
  }
  if (!(await live.lease.whenValid(patienceMs))) throw unavailable()
  positions.note(org, queueId, after)
  return { organisation, queue: queueOf(spec), after }
}
