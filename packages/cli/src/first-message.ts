import type { Clock } from '@parley/core'
import { z } from 'zod'
import { Failure } from './command.ts'
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
  const wait = async (after: number): Promise<number[]> => {
    const { events } = await receiver.call(
      'GET',
      '/events',
      { queue_id, last_event_id: after },
      Events,
      login,
    )
    const ids = events.flatMap((event) => {
      const message = event.type === 'message' ? MessageEvent.safeParse(event) : undefined
      return message?.success ? [message.data.message.id] : []
    })
    // A heartbeat may come before the message.
    return ids.length > 0 ? ids : wait(Math.max(after, ...events.map((event) => event.id)))
  }
  const began = clock.monotonic()
  const [sent, ids, took] = await Promise.all([
    sender.call(
      'POST',
      '/messages',
      { type: 'direct', to: [login.userId], content: 'Parley is up.' },
      Sent,
      login,
    ),
    ...received(wait(last_event_id), () => clock.monotonic() - began),
  ])
  if (!ids.includes(sent.id)) throw new Failure('a message was delivered, but not the one that was sent')
  return took
}

function received(ids: Promise<number[]>, took: () => number): [Promise<number[]>, Promise<number>] {
  return [ids, ids.then(took)]
}
