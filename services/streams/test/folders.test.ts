import { role } from '@parley/access'
import { maxFolders } from '@parley/api'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let admin: Person
let ada: Person
let guest: Person

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
})

const create = (who: Person, name: string, description = '') =>
  f.call(who, 'create-channel-folder', { name, description })
const made = async (name: string): Promise<number> =>
  z.int().parse((await create(admin, name)).body['channel_folder_id'])
const update = (who: Person, channel_folder_id: number, fields: Record<string, unknown>) =>
  f.call(who, 'update-channel-folder', { channel_folder_id, ...fields })
const reorder = (who: Person, order: number[]) => f.call(who, 'reorder-channel-folders', { order })
const list = async (who: Person, include_archived = false): Promise<unknown> =>
  (await f.ok(who, 'get-channel-folders', { include_archived }))['channel_folders']
const makeChannel = async (who: Person, fields: Record<string, unknown>): Promise<number> =>
  z.int().parse((await f.ok(who, 'create-channel', { name: 'garden', subscribers: [], ...fields }))['id'])

test('a folder is made, and everybody sees it, guests too', async () => {
  const { body } = await create(admin, ' Projects ', 'what we\n*do*')
  const folder = {
    id: body['channel_folder_id'],
    name: 'Projects',
    description: 'what we *do*',
    rendered_description: '<p>what we <em>do</em></p>',
    date_created: Date.UTC(2026, 0, 1) / 1000,
    creator_id: admin.id,
    is_archived: false,
    order: 0,
  }
  for (const who of [owner, ada, guest]) expect(await list(who)).toEqual([folder])
  expect(await f.log(org)).toMatchObject([
    { type: 'folder.changed', body: { op: 'add', channel_folder: folder } },
  ])
  const other = await f.person(await f.organisation(), role.owner)
  expect(await list(other)).toEqual([])
  expect((await update(other, folder.id as number, { name: 'mine' })).body).toMatchObject({
    msg: 'Invalid channel folder ID',
  })
})

test('administrators alone make, change and order them', async () => {
  const id = await made('one')
  for (const who of [ada, guest])
    for (const answer of [
      await create(who, 'two'),
      await update(who, id, { name: 'x' }),
      await reorder(who, [id]),
    ])
      expect(answer.body).toMatchObject({
        code: 'UNAUTHORIZED_PRINCIPAL',
        msg: 'Must be an organization administrator',
      })
  expect((await f.log(org)).length).toBe(1)
})

test.each([
  ['', "Channel folder name can't be empty."],
  ['x'.repeat(61), 'name is too long (limit: 60 characters)'],
  ['a\u2028b', 'Invalid character in channel folder name, at position 2.'],
  ['TAKEN', 'Channel folder name already in use'],
])('a folder cannot be called %j', async (name, msg) => {
  await made('taken')
  const id = await made('other')
  expect((await create(admin, name)).body).toMatchObject({ msg })
  expect((await update(admin, id, { name })).body).toMatchObject({ msg })
})

test('it is renamed, described, archived and brought back; what stays is not told', async () => {
  const id = await made('one')
  const before = (await f.log(org)).length
  await update(admin, id, { name: 'One', description: '' })
  await update(owner, id, { is_archived: true, description: 'old' })
  expect(await list(ada)).toEqual([])
  expect(await list(ada, true)).toMatchObject([{ id, name: 'One', description: 'old', is_archived: true }])
  // Its name is free meanwhile.
  const second = await made('one')
  expect((await update(admin, id, { is_archived: false })).body).toMatchObject({
    msg: 'Channel folder name already in use',
  })
  expect((await update(admin, id, { is_archived: false, name: 'two' })).status).toBe(200)
  await update(admin, id, { name: 'two' })
  expect((await f.log(org, before)).map(({ body }) => body)).toMatchObject([
    { op: 'update', channel_folder_id: id, data: { name: 'One' } },
    { data: { description: 'old', rendered_description: '<p>old</p>', is_archived: true } },
    { op: 'add', channel_folder: { id: second, order: 1 } },
    { data: { name: 'two', is_archived: false } },
  ])
})

test('their order names every folder once', async () => {
  const ids = [await made('one'), await made('two'), await made('three')] as const
  await update(admin, ids[2], { is_archived: true })
  for (const order of [[], [ids[0]], [ids[0], ids[1], ids[1]], [...ids, ids[0]], [ids[0], ids[1], 2 ** 40]])
    expect((await reorder(admin, order)).body).toMatchObject({ msg: 'Invalid order mapping.' })
  const order = [ids[2], ids[1], ids[0]]
  await reorder(admin, order)
  expect((await list(ada, true)) as { id: number }[]).toMatchObject(order.map((id, i) => ({ id, order: i })))
  expect((await f.log(org)).at(-1)?.body).toEqual({ op: 'reorder', order })
})

test('there are only so many', async () => {
  await f.database.superuser(
    `INSERT INTO streams.folders (org_id, name, name_key, created_at, position)
     SELECT $1, n::text, n::text, now(), n FROM generate_series(1, $2::integer) AS n`,
    [org, maxFolders],
  )
  expect((await create(admin, 'one more')).body).toMatchObject({
    msg: `Too many channel folders (limit: ${maxFolders})`,
  })
})

test('a channel is made in a folder, moved and taken out by whom it is to administer', async () => {
  const [one, two] = [await made('one'), await made('two')]
  const stream_id = await makeChannel(ada, { folder_id: one })
  const before = (await f.log(org)).length
  const move = (who: Person, folder_id: number | null) =>
    f.call(who, 'update-channel', { stream_id, folder_id })
  const folder = async (): Promise<unknown> => (await f.ok(ada, 'get-channel', { stream_id }))['stream']
  expect(await folder()).toMatchObject({ folder_id: one })
  const bob = await f.person(org)
  expect((await move(bob, two)).body).toMatchObject({ msg: 'Insufficient permission' })
  expect((await move(guest, two)).body).toMatchObject({ msg: 'Invalid channel ID' })
  await move(ada, two)
  expect(await folder()).toMatchObject({ folder_id: two })
  await f.ok(ada, 'update-channel', { stream_id, description: 'stays' })
  expect(await folder()).toMatchObject({ folder_id: two })
  await move(admin, null)
  expect(await folder()).toMatchObject({ folder_id: null })
  const told = (await f.log(org, before)).filter(({ body }) => body['property'] === 'folder_id')
  expect(told.map(({ type, body }) => [type, body['value']])).toEqual([
    ['channel.changed', two],
    ['channel.changed', null],
  ])
})

test('only into a folder in use, and no folder with a channel is archived', async () => {
  const [one, gone] = [await made('one'), await made('gone')]
  await update(admin, gone, { is_archived: true })
  const refused = { msg: 'Invalid channel folder ID' }
  const stream_id = await makeChannel(ada, { folder_id: one, invite_only: true })
  for (const folder_id of [gone, 99_999, 2 ** 40]) {
    const wanted = { name: 'other', subscribers: [], folder_id }
    expect((await f.call(ada, 'create-channel', wanted)).body).toMatchObject(refused)
    const named = { subscriptions: [{ name: 'other' }], folder_id }
    expect((await f.call(ada, 'subscribe', named)).body).toMatchObject(refused)
    expect((await f.call(ada, 'update-channel', { stream_id, folder_id })).body).toMatchObject(refused)
  }
  await f.ok(ada, 'archive-channel', { stream_id })
  expect((await update(admin, one, { is_archived: true })).body).toMatchObject({
    msg: 'You need to remove all the channels from this folder to archive it.',
  })
  // A folder of a private channel tells who does not know of it nothing.
  expect((await f.call(guest, 'get-channel', { stream_id })).body).toMatchObject({
    msg: 'Invalid channel ID',
  })
})
