import type { Clock } from '@parley/core'
import { z } from 'zod'
import type { Login, PublicApi } from './public-api.ts'

const Registered = z.object({ queue_id: z.string(), last_event_id: z.int() })
const Events = z.object({ events: z.array(z.looseObject({ id: z.int(), type: z.string() })) })
const Sent = z.object({ id: z.int() })
const MessageEvent = z.object({ message: z.object({ id: z.int() }) })

/**
 * Sends one message to oneself through the public port and waits for its event, as a client does.
 * Resolves to the milliseconds between sending it and having it.
 */
export async function deliverOne(
  { sender, receiver }: { sender: PublicApi; receiver: PublicApi },
  login: Login & { userId: number },
  clock: Clock,
): Promise<number> {
  const { queue_id, last_event_id } = await receiver.call(
    'POST',
    '/register',
    { event_types: ['message'] },
    Registered,
    login,
  )
  const arrivals = new Map<number, number>()
  const poll = async (after: number): Promise<number> => {
    const { events } = await receiver.call(
      'GET',
      '/events',
      { queue_id, last_event_id: after },
      Events,
      login,
    )
    for (const event of events) {
      const message = event.type === 'message' ? MessageEvent.safeParse(event) : undefined
      if (message?.success) arrivals.set(message.data.message.id, clock.monotonic())
    }
    return Math.max(after, ...events.map((event) => event.id))
  }
  const began = clock.monotonic()
  const message = { type: 'direct', to: [login.userId], content: 'Parley is up.' }
  const sending = sender.call('POST', '/messages', message, Sent, login)
  const [first, sent] = await Promise.all([poll(last_event_id), sending])
  let last = first
  // What comes first may be a heartbeat, or the message of another `up`.
  for (;;) {
    const arrived = arrivals.get(sent.id)
    if (arrived !== undefined) return arrived - began
    last = await poll(last)
  }
}
