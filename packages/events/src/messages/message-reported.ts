import { z } from 'zod'
import { event } from '../event.ts'

/** Somebody showed a message to those who moderate: who, which, and what they found it to be, without their words. */
export const messageReported = event({
  type: 'message.reported',
  emitter: 'messaging',
  audience: 'nobody',
  audited: true,
  body: z.object({ message_id: z.int(), report_type: z.string(), by: z.int() }),
})
