import { basicHeader, canary, eventSocket } from '@parley/testkit'
import type { Failing } from './asking.ts'

/** The description of the API, and queues of events. */
export const ofQueues: Failing = {
  'get-openapi': null,
  'register-queue': ['queues', ({ ada }) => ada.post('/register', { narrow: [['topic', canary.topic]] })],
  'get-events': ['queues', ({ ada, queue }) => ada.get('/events', { queue_id: queue, last_event_id: -1 })],
  'delete-queue': ['queues', ({ ada, queue }) => ada.delete('/events', { queue_id: queue })],
  'events-ws': [
    'queues',
    async ({ ada, stage, queue }) => {
      const { url } = stage.org
      const options = {
        url,
        ca: stage.ca,
        gateway: 1,
        queueId: queue,
        lastEventId: -1,
        headers: basicHeader(ada),
      }
      const said = await eventSocket(options).then(
        () => 'opened',
        (error: Error) => error.message,
      )
      return { status: Number(/\b(\d{3})$/.exec(said)?.[1] ?? 0), body: said }
    },
  ],
}
