import {
  type Account,
  contractAvailable,
  eventFaults,
  type Organisation,
  type TestNetwork,
  testNetwork,
} from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ann: Account
let bob: Account

beforeAll(async () => {
  network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  org = await network.organisation()
  ann = await org.person('Ann', { gateway: 1 })
  bob = await org.person('Bob', { gateway: 2 })
  // Each by themselves: who is brought in by another is told so in a message, some time later.
  await ann.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Tea' }] })
  await bob.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Tea' }] })
})
afterAll(() => network[Symbol.asyncDispose]())

const Registered = z.object({ queue_id: z.string(), last_event_id: z.int() })
const Event = z.looseObject({ id: z.int(), type: z.string() })
type Event = z.infer<typeof Event>

async function queue(who: Account, event_types: string[]) {
  const registered = Registered.parse(
    await who.ok('POST', '/register', { event_types, apply_markdown: true }),
  )
  let last = registered.last_event_id
  return {
    id: registered.queue_id,
    /** The next `n` events that are no heartbeats. */
    async take(n: number): Promise<Event[]> {
      const taken: Event[] = []
      while (taken.length < n) {
        const answer = await who.ok('GET', '/events', { queue_id: registered.queue_id, last_event_id: last })
        const events = z.array(Event).parse(answer['events'])
        last = events.at(-1)?.id ?? last
        taken.push(...events.filter(({ type }) => type !== 'heartbeat'))
      }
      return taken
    },
  }
}
const sent = async (who: Account, fields: Record<string, unknown>): Promise<number> =>
  z
    .int()
    .parse(
      (await who.ok('POST', '/messages', { type: 'stream', to: 'Tea', topic: 'kettle', ...fields }))['id'],
    )
const faults = (events: readonly Event[]): string[] =>
  contractAvailable() ? events.flatMap(eventFaults) : []

test('a message travels: sent at one gateway, seen at the other, each with one’s own flags', async () => {
  const anns = await queue(ann, ['message'])
  const bobs = await queue(bob, ['message', 'update_message_flags'])
  const id = await sent(ann, {
    content: 'Is it **on**, @**Bob**?',
    queue_id: anns.id,
    local_id: '12.01',
    read_by_sender: true,
  })
  const [own = null] = await anns.take(1)
  const [theirs = null] = await bobs.take(1)
  expect(own).toMatchObject({ type: 'message', flags: ['read'], local_message_id: '12.01', message: { id } })
  expect(theirs).toMatchObject({
    flags: ['mentioned'],
    message: {
      id,
      type: 'stream',
      display_recipient: 'Tea',
      subject: 'kettle',
      sender_full_name: 'Ann',
      content: `<p>Is it <strong>on</strong>, <span class="user-mention" data-user-id="${bob.id}">@Bob</span>?</p>`,
    },
  })
  expect(theirs).not.toHaveProperty('local_message_id')

  await bob.ok('POST', '/messages/flags', { messages: [id], op: 'add', flag: 'read' })
  const [flags = null] = await bobs.take(1)
  expect(flags).toMatchObject({ type: 'update_message_flags', op: 'add', flag: 'read', messages: [id] })
  expect(faults([own, theirs, flags].filter((event) => event !== null))).toEqual([])
})

test('people hear only of their own conversations', async () => {
  const cid = await org.person('Cid')
  const cids = await queue(cid, ['message'])
  const bobs = await queue(bob, ['message'])
  await sent(ann, { type: 'private', to: [bob.id], topic: undefined, content: 'between us' })
  const id = await sent(ann, { type: 'private', to: [bob.id, cid.id], topic: undefined, content: 'among us' })
  expect(await bobs.take(2)).toMatchObject([
    { message: { content: '<p>between us</p>', type: 'private' } },
    { message: { id } },
  ])
  expect(await cids.take(1)).toMatchObject([{ message: { id, content: '<p>among us</p>' } }])
  expect((await cid.get('/messages/' + String(id - 1))).body).toMatchObject({ msg: 'Invalid message(s)' })
})

test('register tells what is unread; a key used again answers the first message', async () => {
  const dan = await org.person('Dan')
  await dan.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Tea' }] })
  const once = { content: 'once', queue_id: 'any', local_id: '1' }
  const id = await sent(ann, once)
  expect(await sent(ann, once)).toBe(id)
  expect(
    (await ann.post('/messages', { type: 'stream', to: 'Tea', topic: 'kettle', ...once, content: 'twice' }))
      .body,
  ).toMatchObject({ result: 'error', code: 'BAD_REQUEST' })
  const state = await dan.ok('POST', '/register', {})
  expect(state).toMatchObject({
    max_message_id: id,
    unread_msgs: { count: 1, streams: [{ topic: 'kettle', unread_message_ids: [id] }] },
    starred_messages: [],
    recent_private_conversations: [],
  })
})
