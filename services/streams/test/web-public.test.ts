import { role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { type OrgId, userId } from '@parley/core'
import { declarations } from '@parley/events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, type Fixture, fixture, type LogEvent, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let admin: Person
let ada: Person
let bob: Person
let guest: Person
let inside: Person

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  admin = await f.person(org, role.admin)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
  inside = await f.person(org, role.guest)
  await set({ enable_spectator_access: true })
})

const set = async (settings: Record<string, unknown>, permissions: Record<string, number> = {}) =>
  f.database.superuser(
    `INSERT INTO auth.settings (org_id, settings, permissions) VALUES ($1, $2, $3)
     ON CONFLICT (org_id) DO UPDATE SET settings = excluded.settings, permissions = excluded.permissions`,
    [org, JSON.stringify(settings), JSON.stringify(permissions)],
  )
const make = (who: Person, fields: Record<string, unknown> = {}): Promise<Answer> =>
  f.call(who, 'create-channel', { name: 'Square', subscribers: [inside.id], is_web_public: true, ...fields })
const made = async (fields: Record<string, unknown> = {}): Promise<number> =>
  Number((await make(owner, fields)).body['id'])
const update = (who: Person, stream_id: number, fields: Record<string, unknown>): Promise<Answer> =>
  f.call(who, 'update-channel', { stream_id, ...fields })
const since = async (act: () => Promise<Answer>): Promise<LogEvent[]> => {
  const before = (await f.log(org)).length
  expect((await act()).status).toBe(200)
  return f.log(org, before)
}
const brief = (log: readonly LogEvent[]) => log.map((event) => [event.type, event.users])
const knows = async (who: Person, id: number): Promise<boolean> => {
  const { streams } = await f.ok(who, 'list-channels', { include_all: true })
  return (streams as { stream_id: number }[]).some((channel) => channel.stream_id === id)
}
/** What these events are to a guest, leaving aside to whom they go. */
const toGuests = (log: readonly LogEvent[]) =>
  log.flatMap((event) => {
    const shape = declarations
      .find(({ type }) => type === event.type)
      ?.shape(event.body, {
        userId: userId(1),
        role: role.guest,
        capabilities: Capabilities.parse({ archived_channels: true }),
        applyMarkdown: true,
        slimPresence: true,
        sees: null,
        queueId: 'q',
      })
    return shape ? [[shape.type, shape['op']]] : []
  })

test('AC-02 both switches and two rights make one, whose history everybody reads', async () => {
  expect((await make(admin)).body['msg']).toBe('Insufficient permission')
  expect((await make(guest)).body['msg']).toBe('Insufficient permission')
  expect((await make(owner, { invite_only: true })).body['msg']).toBe(
    'Private channels cannot be web-public.',
  )
  await set({})
  expect((await make(owner)).body['msg']).toBe('Web-public channels are not enabled.')
  await set({ enable_spectator_access: true }, { can_create_web_public_channel_group: 5 })
  expect((await make(admin, { history_public_to_subscribers: false })).body).toMatchObject({
    code: 'BAD_REQUEST',
    msg: 'Only private channels can have protected history.',
  })
  const { body } = await make(admin)
  expect((await f.ok(ada, 'get-channel', { stream_id: body['id'] })).stream).toMatchObject({
    is_web_public: true,
    invite_only: false,
    history_public_to_subscribers: true,
  })
  await set(
    { enable_spectator_access: true },
    { can_create_web_public_channel_group: 5, can_create_public_channel_group: 7 },
  )
  expect((await make(admin, { name: 'other' })).body['msg']).toBe('Insufficient permission')
})

test('AC-02 where the server lets there be none, no switch of an organisation does', async () => {
  await using off = await fixture({}, false)
  const org = await off.organisation()
  const owner = await off.person(org, role.owner)
  await off.database.superuser('INSERT INTO auth.settings (org_id, settings) VALUES ($1, $2)', [
    org,
    JSON.stringify({ enable_spectator_access: true }),
  ])
  const fields = { name: 'Square', subscribers: [] }
  const refused = await off.call(owner, 'create-channel', { ...fields, is_web_public: true })
  expect(refused.body['msg']).toBe('Web-public channels are not enabled.')
  const { id } = await off.ok(owner, 'create-channel', fields)
  const change = await off.call(owner, 'update-channel', { stream_id: id, is_web_public: true })
  expect(change.body['msg']).toBe('Web-public channels are not enabled.')
})

test('a new one is told to all guests at once, and they see who is in it', async () => {
  const log = await since(() => make(owner))
  expect(brief(log)).toEqual([
    ['channel.established', []],
    ['channel.created', []],
    ['peer.added', []],
    ['membership.granted', [inside.id]],
    ['subscription.added', [inside.id]],
  ])
  expect(toGuests(log)).toEqual([
    ['stream', 'create'],
    ['subscription', 'peer_add'],
    ['subscription', 'add'],
  ])
  const id = Number(log[0]?.body['channel_id'])
  expect((await f.ok(guest, 'list-members', { stream_id: id })).subscribers).toEqual([inside.id])
  expect((await f.ok(guest, 'find-channel', { stream: 'square' })).stream_id).toBe(id)
  const { streams } = await f.ok(guest, 'list-channels', { include_web_public: true })
  expect(streams).toMatchObject([{ stream_id: id, is_web_public: true }])
  // Guests are brought in by others, here too.
  expect((await f.call(guest, 'subscribe', { subscriptions: [{ name: 'Square' }] })).status).toBe(400)
})

test('changes go to guests with everybody, and there are none within', async () => {
  const id = await made()
  const log = await since(() => update(owner, id, { new_name: 'Place', description: 'wide' }))
  expect(brief(log)).toEqual([
    ['channel.changed', []],
    ['channel.changed', []],
  ])
  expect(toGuests(log)).toEqual([
    ['stream', 'update'],
    ['stream', 'update'],
  ])
  const came = await since(() =>
    f.call(ada, 'subscribe', { subscriptions: [{ name: 'Place' }], principals: [bob.id, guest.id] }),
  )
  expect(brief(came)).toEqual([
    ['peer.added', []],
    ['membership.granted', [bob.id, guest.id]],
    ['subscription.added', [bob.id, guest.id]],
  ])
  const went = await since(() => f.call(guest, 'unsubscribe', { subscriptions: ['Place'] }))
  // They know of it outside as well.
  expect(brief(went)).toEqual([
    ['membership.ended', []],
    ['subscription.removed', [guest.id]],
    ['peer.removed', []],
  ])
  expect(toGuests(went)).toContainEqual(['subscription', 'peer_remove'])
})

test('made web-public, guests outside learn of it with the people in it', async () => {
  const id = await made({ is_web_public: false, subscribers: [ada.id, inside.id] })
  expect(await knows(guest, id)).toBe(false)
  const log = await since(() => update(owner, id, { is_web_public: true }))
  expect(brief(log)).toEqual([
    ['channel.access-changed', []],
    ['channel.opened', [guest.id]],
    ['peer.shown', [guest.id]],
    ['channel.opened', [inside.id]],
    ['peer.shown', [inside.id]],
    ['channel.changed', []],
  ])
  expect(log[1]?.body).toMatchObject({ to_insiders: false, channel: { is_web_public: true } })
  expect(log[3]?.body).toMatchObject({ to_insiders: true })
  expect(await knows(guest, id)).toBe(true)
})

test('AC-02 made public again, guests outside know nothing of it at the answer', async () => {
  const id = await made()
  const barriers = f.barriers.length
  const log = await since(() => update(owner, id, { is_web_public: false }))
  expect(brief(log)).toEqual([
    ['channel.access-changed', []],
    ['channel.withdrawn', [guest.id]],
    ['channel.changed', []],
    ['channel.changed-within', []],
  ])
  expect(f.barriers.slice(barriers)).toEqual([log.at(-1)?.seq])
  expect(toGuests(log)).toEqual([
    ['stream', 'delete'],
    ['stream', 'update'],
  ])
  expect([await knows(guest, id), await knows(inside, id), await knows(bob, id)]).toEqual([false, true, true])
  expect((await f.call(guest, 'get-channel', { stream_id: id })).body['msg']).toBe('Invalid channel ID')
})

test('AC-02 between private and web-public members and guests learn of it or cease to', async () => {
  const id = await made({ subscribers: [owner.id, inside.id] })
  const closed = await since(() => update(owner, id, { is_private: true, is_web_public: false }))
  expect(brief(closed).find(([type]) => type === 'channel.withdrawn')).toEqual([
    'channel.withdrawn',
    [ada.id, bob.id, guest.id],
  ])
  expect([await knows(guest, id), await knows(inside, id), await knows(bob, id)]).toEqual([
    false,
    true,
    false,
  ])
  const opened = await since(() => update(owner, id, { is_private: false, is_web_public: true }))
  expect(brief(opened).filter(([type]) => type === 'channel.opened')).toEqual([
    ['channel.opened', [ada.id, bob.id, guest.id]],
    ['channel.opened', [inside.id]],
  ])
  expect([await knows(guest, id), await knows(bob, id)]).toEqual([true, true])
})

test('archived and brought back, it comes to guests as to members', async () => {
  const id = await made({ subscribers: [owner.id, inside.id] })
  await update(owner, id, { is_archived: true })
  const log = await since(() => update(owner, id, { is_archived: false }))
  expect(brief(log)).toEqual([
    ['channel.access-changed', []],
    ['channel.changed', []],
    ['peer.added', []],
    ['subscription.added', [owner.id, inside.id]],
  ])
  expect(log[2]?.body).toMatchObject({ to_guests: true, to_old_clients: true })
})

test('AC-08 it is brought back by who may make one, or as another kind', async () => {
  const id = await made({ subscribers: [owner.id, admin.id] })
  await update(owner, id, { is_archived: true })
  await set({ enable_spectator_access: true }, { can_create_web_public_channel_group: 7 })
  expect((await update(admin, id, { is_archived: false })).body['msg']).toBe('Insufficient permission')
  await set({})
  expect((await update(owner, id, { is_archived: false })).body['msg']).toBe(
    'Web-public channels are not enabled.',
  )
  expect([await knows(guest, id), await knows(bob, id)]).toEqual([false, false])
  expect((await update(admin, id, { is_archived: false, is_web_public: false })).status).toBe(200)
  expect([await knows(guest, id), await knows(bob, id)]).toEqual([false, true])
})

test('a switch that is turned off leaves what there is, and lets it become nothing that it is not', async () => {
  const id = await made()
  await set({})
  expect(await knows(guest, id)).toBe(true)
  expect((await update(owner, id, { is_web_public: true })).body['msg']).toBe(
    'Web-public channels are not enabled.',
  )
  expect((await update(owner, id, { description: 'still' })).status).toBe(200)
  expect((await update(owner, id, { is_web_public: false })).status).toBe(200)
  expect(await knows(guest, id)).toBe(false)
})
