import { z } from 'zod'
import { operation, perUser } from '../operation.ts'
import { bool, int, text, withDefault } from '../param.ts'

/** An event as a queue hands it out: `id` is its place in the organisation's log. */
export const QueueEvent = z.looseObject({ id: z.int(), type: z.string() })

/** Events of a queue after `last_event_id`, waiting for one where there is none (Zulip API: get-events). */
export const getEvents = operation({
  id: 'get-events',
  method: 'GET',
  path: '/api/v1/events',
  service: 'gateway',
  access: 'self:use',
  limits: [perUser('events', 1200, 60)],
  callers: ['gateway'],
  transaction: 'own',
  params: {
    queue_id: text(100),
    last_event_id: int(-1),
    dont_block: withDefault(bool(), false),
  },
  response: z.object({ events: z.array(QueueEvent), queue_id: z.string() }),
})
