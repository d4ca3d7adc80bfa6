import { z } from 'zod'
import { operation, perUser } from '../operation.ts'
import { int, text } from '../param.ts'
import { QueueEvent } from './get-events.ts'

/** What the server sends: one text frame per run of events. */
export const EventsFrame = z.object({ type: z.literal('events'), events: z.array(QueueEvent).min(1) })
/** What the client may send: the last event it has applied. */
export const AckFrame = z.strictObject({ ack: z.int().min(0) })

/**
 * Why the server closes a socket. After `resume` and `restart` the client connects again with the id of the last
 * event it has; after `queueGone` it registers anew; after `revoked` its credential opens nothing any more.
 */
export const closeCode = {
  restart: 1012,
  badFrame: 4400,
  revoked: 4401,
  superseded: 4409,
  queueGone: 4410,
  resume: 4503,
} as const

/**
 * The same queue over a WebSocket. What is wrong with the request is answered before the upgrade, in the API's
 * error format; `response` is the form of one frame.
 */
export const eventsWs = operation({
  id: 'events-ws',
  method: 'GET',
  path: '/api/v1/events/ws',
  service: 'gateway',
  access: 'self:use',
  limits: [perUser('events-ws', 120, 60)],
  callers: ['gateway'],
  idempotent: true,
  transaction: 'own',
  params: { queue_id: text(100), last_event_id: int(-1) },
  response: EventsFrame,
})
