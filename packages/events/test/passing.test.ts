import { Capabilities } from '@parley/api'
import { channelId, orgId, userId } from '@parley/core'
import {
  editTyping,
  pass,
  passing,
  type PassingDeclaration,
  type PassingEvent,
  passingSubject,
  presenceTurned,
  subscribePassing,
  typing,
  type Viewer,
} from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { expect, test } from 'vitest'
import { testBus } from './bus-fixture.ts'

const [org, elsewhere] = [orgId(900_001), orgId(900_002)]
const ada = { user_id: 7, email: 'ada@example.com' }
const bob = { user_id: 8, email: 'bob@example.com' }
const inTalk = { stream_id: 9, topic: '' }
const direct = passing(
  typing,
  { op: 'start', sender: ada, place: { people: [ada, bob] } },
  { users: [userId(7), userId(8)] },
)
const channel = passing(
  typing,
  { op: 'stop', sender: ada, place: inTalk },
  { users: [userId(8)], channel: channelId(9) },
)
const editing = passing(editTyping, { op: 'start', sender_id: 7, message_id: 3, place: inTalk })

test('what messaging tells comes to the gateways that follow the organisation, and only readable events', async () => {
  await using messaging = await testBus('messaging')
  await using gateway = await testBus('gateway')
  await Promise.all([messaging.ready, gateway.ready])
  const got: PassingEvent[][] = []
  const problems: string[] = []
  const done = Promise.withResolvers<void>()
  const stop = subscribePassing(
    gateway,
    org,
    (events) => {
      got.push([...events])
      if (events.some(({ declaration }) => declaration.type === editTyping.type)) done.resolve()
    },
    (what) => problems.push(what),
  )
  await gateway.connection?.flush()
  const raw = (text: string): void => messaging.publish(passingSubject(org), text)
  const of = (type: string, body: unknown) => ({ type, body, users: [7], channel: null })
  pass(messaging, org, [direct, channel])
  pass(messaging, elsewhere, [direct])
  raw('not JSON')
  raw(JSON.stringify({ org, events: [of('typing', { op: 'pause' })] }))
  raw(JSON.stringify({ org, events: [of('unheard-of', {})] }))
  raw(JSON.stringify({ org: elsewhere, events: [of('typing', direct.body)] }))
  pass(messaging, org, [editing])
  await done.promise
  expect(got).toEqual([[direct, channel], [editing]])
  expect(problems).toHaveLength(2)
  stop()
})

const viewer = (capabilities: Partial<Viewer['capabilities']> = {}): Viewer => ({
  userId: userId(8),
  role: 400,
  capabilities: { ...Capabilities.parse({}), ...capabilities },
  applyMarkdown: true,
  sees: null,
  slimPresence: false,
  queueId: 'q',
})
const shapesFor = (event: PassingEvent, who: Viewer) => {
  const shapes = event.declaration.shapes(event.body, who)
  if (contractAvailable()) expect(shapes.flatMap((shape) => eventFaults({ id: 1, ...shape }))).toEqual([])
  return shapes
}

test('clients get it as they can read it, and of channels only where they said that they can', () => {
  expect(shapesFor(direct, viewer())).toEqual([
    { type: 'typing', op: 'start', message_type: 'direct', sender: ada, recipients: [ada, bob] },
  ])
  expect(shapesFor(channel, viewer())).toEqual([])
  const told = { type: 'typing', op: 'stop', message_type: 'stream', sender: ada, stream_id: 9 }
  expect(shapesFor(channel, viewer({ stream_typing_notifications: true }))).toEqual([
    { ...told, topic: 'general chat' },
  ])
  expect(shapesFor(channel, viewer({ stream_typing_notifications: true, empty_topic_name: true }))).toEqual([
    { ...told, topic: '' },
  ])
  expect(shapesFor(editing, viewer())).toMatchObject([
    { recipient: { type: 'channel', channel_id: 9, topic: 'general chat' } },
  ])
  const body = { op: 'stop' as const, sender_id: 7, message_id: 3, place: { user_ids: [7, 8] } }
  expect(shapesFor(passing(editTyping, body), viewer({ empty_topic_name: true }))).toEqual([
    {
      type: 'typing_edit_message',
      op: 'stop',
      sender_id: 7,
      message_id: 3,
      recipient: { type: 'direct', user_ids: [7, 8] },
    },
  ])
})

test('presence comes together, or one by one to older clients, by e-mail or without', () => {
  const turned = (user: number) => ({
    user_id: user,
    email: `u${user}@example.com`,
    active: 5,
    there: 200,
    status: 'idle' as const,
    timestamp: 200,
  })
  const event = passing(presenceTurned, { server_timestamp: 201.5, people: [turned(7), turned(8)] })
  const seen = { active_timestamp: 5, idle_timestamp: 200 }
  expect(shapesFor(event, viewer({ simplified_presence_events: true }))).toEqual([
    { type: 'presence', presences: { 7: seen, 8: seen } },
  ])
  const website = { client: 'website', status: 'idle', timestamp: 200, pushable: false }
  const one = { type: 'presence', server_timestamp: 201.5, presence: { website } }
  expect(shapesFor(event, { ...viewer(), slimPresence: true })).toEqual([
    { ...one, user_id: 7 },
    { ...one, user_id: 8 },
  ])
  expect(shapesFor(event, viewer())).toMatchObject([
    { user_id: 7, email: 'u7@example.com' },
    { user_id: 8, email: 'u8@example.com' },
  ])
})

test('what looks different has a variant of its own', () => {
  const all = [true, false].flatMap((stream_typing_notifications) =>
    [true, false].map((empty_topic_name) => viewer({ stream_typing_notifications, empty_topic_name })),
  )
  for (const { declaration, body } of [direct, channel, editing]) {
    const byVariant = new Map<string, Set<string>>()
    for (const who of all) {
      const looks = byVariant.get(declaration.variant(who)) ?? new Set()
      looks.add(JSON.stringify(declaration.shapes(body, who)))
      byVariant.set(declaration.variant(who), looks)
    }
    expect([...byVariant.values()].map(({ size }) => size)).toEqual([...byVariant.keys()].map(() => 1))
  }
})

test('a body that does not fit is a bug', () => {
  const strict: PassingDeclaration = { ...typing, body: typing.body, shapes: () => [] }
  expect(() => passing(strict, { op: 'pause' })).toThrow('Invalid option')
})

test('who sees only some is told of none of the others', () => {
  const some = (...ids: number[]): Viewer => ({ ...viewer(), sees: new Set(ids) })
  const turn = (user_id: number) => ({
    user_id,
    email: `${user_id}@example.com`,
    active: 5,
    there: 6,
    status: 'active' as const,
    timestamp: 5,
  })
  const presence = passing(presenceTurned, { server_timestamp: 6, people: [turn(7), turn(8)] })
  expect(shapesFor(presence, some(8))).toMatchObject([{ user_id: 8 }])
  const together = { ...some(8), capabilities: Capabilities.parse({ simplified_presence_events: true }) }
  expect(shapesFor(presence, together)).toMatchObject([{ presences: { 8: {} } }])
  const cat = { user_id: 9, email: 'cat@example.com' }
  const place = { people: [ada, bob, cat] }
  expect(shapesFor(passing(typing, { op: 'start', sender: ada, place }), some(7, 8))).toMatchObject([
    { sender: ada, recipients: [ada, bob, { user_id: 9, email: 'user9@unknown.invalid' }] },
  ])
  expect(shapesFor(presence, { ...together, sees: new Set() })).toEqual([])
  for (const event of [direct, editing]) {
    expect(shapesFor(event, some(8))).toEqual([])
    expect(shapesFor(event, some(7, 8))).toHaveLength(1)
  }
})
