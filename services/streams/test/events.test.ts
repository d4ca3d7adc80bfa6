import { role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { type OrgId, userId } from '@parley/core'
import { declarations, type Viewer } from '@parley/events'
import { eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture, type LogEvent, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let ada: Person
let bob: Person
let guest: Person
let log: LogEvent[]

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  await f.person(org, role.owner)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
  for (const invite_only of [false, true]) {
    const name = invite_only ? 'canary secret' : 'canary open'
    const description = 'canary'
    const subscriptions = [{ name, description }]
    await f.ok(ada, 'subscribe', { subscriptions, principals: [ada.id, guest.id], invite_only })
    await f.ok(ada, 'subscribe', { subscriptions, principals: [bob.id] })
    await f.ok(bob, 'unsubscribe', { subscriptions: [name] })
  }
  log = await f.log(org)
})
afterAll(() => f[Symbol.asyncDispose]())

const viewer = (as: number): Viewer => ({
  userId: userId(1),
  role: as,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  slimPresence: true,
  sees: null,
  queueId: 'q',
})
const declared = (event: LogEvent) => {
  const found = declarations.find((d) => d.type === event.type)
  if (!found) throw new Error(`${event.type} is not declared`)
  return found
}

test('every shape fits the published contract', () => {
  const seen = new Set<string>()
  for (const event of log) {
    for (const as of Object.values(role)) {
      const shape = declared(event).shape(event.body, viewer(as))
      if (!shape) continue
      seen.add(`${shape.type} ${String(shape['op'])}`)
      expect(eventFaults({ id: event.seq, ...shape })).toEqual([])
    }
  }
  expect([...seen].sort((a, b) => a.localeCompare(b))).toEqual([
    'stream create',
    'stream delete',
    'subscription add',
    'subscription peer_add',
    'subscription peer_remove',
    'subscription remove',
  ])
})

test('what is audited has no content', () => {
  const audited = log.filter((event) => declared(event).audited)
  expect(audited.length).toBeGreaterThan(0)
  expect(JSON.stringify(audited)).not.toContain('canary')
})

test('a guest is told of a public channel’s list by the event inside it', () => {
  const inside = log.filter((event) => event.type === 'peer.added-within')
  expect(inside.map((event) => event.body['guests_only'])).toEqual([true, false, false])
  const shapes = inside.map((event) => declared(event).shape(event.body, viewer(role.guest)))
  expect(shapes).toEqual([
    expect.objectContaining({ user_ids: [bob.id] }),
    expect.anything(),
    expect.anything(),
  ])
})

test('whatever a decision reads raises the rights', async () => {
  const rows = await f.database.superuser(
    'SELECT type, bool_and(rights_after = seq) AS raises FROM events.log WHERE org_id = $1 GROUP BY type',
    [org],
  )
  const raising = rows.filter((row) => row['raises'] === true).map((row) => String(row['type']))
  expect(raising.sort((a, b) => a.localeCompare(b))).toEqual([
    'channel.created',
    'channel.revealed',
    'channel.withdrawn',
    'membership.granted',
    'subscription.added',
    'subscription.removed',
  ])
})
