import { type Role, role } from '@parley/access'
import { maxDefaultChannels, maxDefaultGroups } from '@parley/api'
import type { OrgId } from '@parley/core'
import { defaultGroupsChanged, type Viewer } from '@parley/events'
import { eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let admin: Person
let ada: Person
let guest: Person
let garden: number

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  admin = await f.person(org, role.admin)
  ada = await f.person(org)
  guest = await f.person(org, role.guest)
  garden = await channel('garden')
})

const channel = async (name: string, fields: Record<string, unknown> = {}): Promise<number> =>
  z.int().parse((await f.ok(owner, 'create-channel', { name, subscribers: [], ...fields }))['id'])
const create = (who: Person, group_name: string, stream_names: readonly string[] = [], description = '') =>
  f.call(who, 'create-default-channel-group', { group_name, description, stream_names })
const update = (who: Person, group_id: number, fields: Record<string, unknown>) =>
  f.call(who, 'update-default-channel-group', { group_id, ...fields })
const within = (who: Person, group_id: number, op: string, ...stream_names: string[]) =>
  f.call(who, 'change-default-channel-group-channels', { group_id, op, stream_names })
const remove = (who: Person, group_id: number) => f.call(who, 'remove-default-channel-group', { group_id })
const Group = z.object({ id: z.int(), name: z.string(), description: z.string(), streams: z.array(z.int()) })
/** As everybody was told last. */
const groups = async () => {
  const told = (await f.log(org)).findLast(({ type }) => type === 'default-groups.changed')
  return z.array(Group).parse(told?.body['groups'] ?? [])
}
const made = async (name: string, ...channels: string[]): Promise<number> => {
  expect((await create(admin, name, channels)).status).toBe(200)
  return (await groups()).find((group) => group.name === name)?.id ?? 0
}

test('a group is made, and everybody is told', async () => {
  const pond = await channel('pond')
  expect((await create(admin, ' Nature ', ['GARDEN', 'pond'], 'outside')).status).toBe(200)
  const [group] = await groups()
  expect(group).toEqual({ id: group?.id, name: 'Nature', description: 'outside', streams: [garden, pond] })
  const event = (as: Role) =>
    defaultGroupsChanged.shape({ groups: group ? [group] : [] }, { role: as } as Viewer)
  expect(event(role.member)).toEqual({ type: 'default_stream_groups', default_stream_groups: [group] })
  expect(eventFaults({ id: 1, ...event(role.member) })).toEqual([])
  expect(event(role.guest)).toBeNull()
  const other = await f.person(await f.organisation(), role.owner)
  expect((await remove(other, group?.id ?? 0)).body).toMatchObject({
    msg: `Default channel group with id '${group?.id}' does not exist.`,
  })
})

test('AC-01 only administrators change them, and what is wrong changes nothing', async () => {
  const id = await made('Nature', 'garden')
  const { length } = await f.log(org)
  const before = await groups()
  for (const who of [ada, guest])
    for (const answer of [
      await create(who, 'Mine'),
      await update(who, id, { new_group_name: 'Mine' }),
      await within(who, id, 'remove', 'garden'),
      await remove(who, id),
    ])
      expect(answer.body).toMatchObject({ msg: 'Must be an organization administrator' })
  expect(await groups()).toEqual(before)
  expect(await f.log(org)).toHaveLength(length)
})

test.each([
  ['no name', () => create(admin, ' '), "Default channel group name can't be empty."],
  [
    'a long name',
    () => create(admin, 'x'.repeat(61)),
    'Default channel group name too long (limit: 60 characters)',
  ],
  [
    'an unprintable name',
    () => create(admin, 'a\u0007'),
    'Invalid character in default channel group name, at position 2.',
  ],
  [
    'a long description',
    () => create(admin, 'x', [], 'x'.repeat(1025)),
    'description is too long (limit: 1024 characters)',
  ],
  ['a channel that is not there', () => create(admin, 'x', ['never']), "Invalid channel name 'never'"],
  ['a private channel', () => create(admin, 'x', ['secret']), 'A default channel cannot be private.'],
  ['a name that is taken', () => create(admin, 'nature'), 'Default channel group already exists'],
])('%s is refused', async (_, act, msg) => {
  await channel('secret', { invite_only: true, subscribers: [admin.id] })
  await made('Nature')
  expect((await act()).body).toMatchObject({ msg })
})

test('a group is renamed and described; what stays the same is not told', async () => {
  const id = await made('Nature', 'garden')
  await made('Office')
  const { length } = await f.log(org)
  expect((await update(admin, id, { new_group_name: 'NATURE', new_description: 'all of it' })).status).toBe(
    200,
  )
  expect(await groups()).toMatchObject([{ id, name: 'NATURE', description: 'all of it' }, { name: 'Office' }])
  expect((await update(admin, id, { new_group_name: 'NATURE' })).status).toBe(200)
  expect(await f.log(org)).toHaveLength(length + 1)
  expect((await update(admin, id, { new_group_name: 'office' })).body).toMatchObject({
    msg: 'Default channel group already exists',
  })
  expect((await update(admin, id, {})).body).toMatchObject({
    msg: 'You must pass "new_description" or "new_group_name".',
  })
  expect((await update(admin, 0, { new_description: '' })).status).toBe(400)
})

test('channels come and go, and a group is deleted with none of them', async () => {
  const id = await made('Nature', 'garden')
  const pond = await channel('pond')
  expect((await within(admin, id, 'add', 'pond')).status).toBe(200)
  expect((await within(admin, id, 'add', 'pond')).body).toMatchObject({
    msg: "Channel 'pond' is already present in default channel group 'Nature'",
  })
  expect((await within(admin, id, 'remove', 'garden')).status).toBe(200)
  expect((await within(admin, id, 'remove', 'garden')).body).toMatchObject({
    msg: "Channel 'garden' is not present in default channel group 'Nature'",
  })
  expect((await within(admin, id, 'add')).status).toBe(200)
  expect(await groups()).toMatchObject([{ id, streams: [pond] }])
  expect((await remove(admin, id)).status).toBe(200)
  expect(await groups()).toEqual([])
  expect((await f.ok(ada, 'get-channel', { stream_id: pond }))['stream']).toMatchObject({ name: 'pond' })
})

test('a default channel is in no group as well', async () => {
  const id = await made('Nature')
  await channel('lobby', { is_default_stream: true })
  const msg = (name: string) => ({ msg: `'lobby' is a default channel and cannot be added to '${name}'` })
  expect((await create(admin, 'Office', ['garden', 'lobby'])).body).toMatchObject(msg('Office'))
  expect((await within(admin, id, 'add', 'lobby')).body).toMatchObject(msg('Nature'))
})

test.each([
  ['closed', 'update-channel', { is_private: true }],
  ['archived', 'archive-channel', {}],
])('a channel that is %s leaves them', async (_, operation, fields) => {
  const id = await made('Nature', 'garden')
  await f.ok(owner, 'subscribe', { subscriptions: [{ name: 'garden' }] })
  await f.ok(owner, operation, { stream_id: garden, ...fields })
  const group = { id, name: 'Nature', description: '', streams: [] }
  expect(await groups()).toEqual([group])
  const told = (await f.log(org)).filter(({ type }) => type === 'default-groups.changed')
  expect(told.at(-1)?.body).toEqual({ groups: [group] })
})

test('both groups and channels in one are bounded', async () => {
  const names = Array.from({ length: maxDefaultChannels }, (_, n) => `c${n}`)
  for (const name of names) await channel(name)
  const id = await made('Full', ...names)
  expect((await within(admin, id, 'add', 'garden')).body).toMatchObject({
    msg: `Too many channels in one group (limit: ${maxDefaultChannels})`,
  })
  for (let n = 1; n < maxDefaultGroups; n++) await create(admin, `Group ${n}`)
  expect((await create(admin, 'One more')).body).toMatchObject({
    msg: `Too many default channel groups (limit: ${maxDefaultGroups})`,
  })
})
