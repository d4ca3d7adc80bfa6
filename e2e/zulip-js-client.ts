import { createRequire } from 'node:module'
import { z } from 'zod'

/** Runs zulip-js, unmodified, through a first conversation and prints what it saw as JSON. Started by zulip-js.test.ts. */
const Arguments = z.object({
  realm: z.string(),
  username: z.string(),
  password: z.string(),
  channel: z.string(),
})
const Answer = z.record(z.string(), z.unknown())
type Call = (...args: unknown[]) => Promise<unknown>
const Fn = z.custom<Call>((value) => typeof value === 'function')
const Client = z.looseObject({
  callEndpoint: Fn,
  queues: z.looseObject({ register: Fn, deregister: Fn }),
  events: z.looseObject({ retrieve: Fn }),
  messages: z.looseObject({ send: Fn, retrieve: Fn, flags: z.looseObject({ add: Fn }) }),
  users: z.looseObject({ me: z.looseObject({ getProfile: Fn }) }),
  streams: z.looseObject({ subscriptions: z.looseObject({ retrieve: Fn }) }),
})

const input = Arguments.parse(JSON.parse(process.argv[2] ?? ''))
const zulipInit = Fn.parse(createRequire(import.meta.url)('zulip-js'))
const seen: Record<string, unknown> = {}
const step = async (name: string, made: Promise<unknown>): Promise<z.infer<typeof Answer>> => {
  const answer = Answer.parse(await made)
  seen[name] = answer
  return answer
}

const zulip = Client.parse(
  await zulipInit({ username: input.username, password: input.password, realm: input.realm }),
)
await step('profile', zulip.users.me.getProfile())
await step('subscriptions', zulip.streams.subscriptions.retrieve())
const queue = await step(
  'register',
  zulip.queues.register({ event_types: ['message', 'update_message_flags'] }),
)
const sent = await step(
  'send',
  zulip.messages.send({
    to: input.channel,
    type: 'stream',
    topic: 'zulip-js',
    content: 'Hello from **zulip-js**',
  }),
)
let last = queue['last_event_id']
const types: unknown[] = []
while (!types.includes('message')) {
  const polled = await step(
    'events',
    zulip.events.retrieve({ queue_id: queue['queue_id'], last_event_id: last, dont_block: false }),
  )
  for (const event of z.array(z.looseObject({ id: z.int(), type: z.string() })).parse(polled['events'])) {
    types.push(event.type)
    last = event.id
    if (event.type === 'message') seen['message'] = event
  }
}
await step('read', zulip.messages.flags.add({ messages: [sent['id']], flag: 'read' }))
await step(
  'narrow',
  zulip.messages.retrieve({
    anchor: 'newest',
    num_before: 10,
    num_after: 0,
    narrow: [
      { operator: 'channel', operand: input.channel },
      { operator: 'topic', operand: 'zulip-js' },
    ],
  }),
)
await step('deregister', zulip.queues.deregister({ queue_id: queue['queue_id'] }))
process.stdout.write(JSON.stringify(seen))
