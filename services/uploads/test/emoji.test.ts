import {
  contractAvailable,
  contractFaults,
  eventFaults,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import { orgId } from '@parley/core'
import { hold } from '@parley/events'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  deactivateOrganisation,
  EmojiById,
  type EmojiObject,
  reactivateOrganisation,
  maxEmoji,
  maxEmojiByPeople,
  maxEmojiByPerson,
} from '@parley/api'
import { jpeg, moving, picture } from './pictures.ts'

let net: TestNetwork
let org: Organisation
let elsewhere: Organisation
let bob: Awaited<ReturnType<Organisation['person']>>
let eve: Awaited<ReturnType<Organisation['person']>>

beforeAll(async () => {
  net = await testNetwork({ instances: { gateway: 2, uploads: 2 } })
  org = await net.organisation()
  elsewhere = await net.organisation()
  bob = await org.person('Bob')
  eve = await org.person('Eve', { gateway: 2 })
})
afterAll(() => net[Symbol.asyncDispose]())

const all = async (who = bob) => EmojiById.parse((await who.ok('GET', '/realm/emoji'))['emoji'])
const named = async (name: string): Promise<EmojiObject> => {
  const found = Object.values(await all()).findLast((emoji) => emoji.name === name)
  if (!found) throw new Error(`no emoji ${name}`)
  return found
}
const add = async (name: string, bytes: Uint8Array, who = bob) => who.upload(`/realm/emoji/${name}`, [bytes])

test('a member adds an emoji: everybody sees it, whoever has its address has the image', async () => {
  const png = await picture(200, 100)
  const answer = await add('green_tick', png)
  expect(answer.body).toEqual({ result: 'success', msg: '' })
  const emoji = await named('green_tick')
  expect(emoji).toEqual({
    id: emoji.id,
    name: 'green_tick',
    source_url: emoji.source_url,
    still_url: null,
    deactivated: false,
    author_id: bob.id,
  })
  expect(emoji.source_url).toMatch(new RegExp(`^/user_avatars/${org.id}/emoji/images/[0-9a-f]{32}\\.png$`))
  expect(await all(eve)).toEqual(await all())
  for (const client of [bob, eve, org.client()]) {
    const image = await client.fetch(emoji.source_url)
    expect(image.status).toBe(200)
    expect(image.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    })
    expect(await sharp(image.bytes).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 })
  }
  const head = await bob.fetch(emoji.source_url, 'HEAD')
  expect([head.status, head.bytes.length]).toEqual([200, 0])
})

test('an image is nobody else’s organisation’s, nor anywhere else', async () => {
  await add('ours', await picture())
  const { source_url: url } = await named('ours')
  const theirs = url.replace(`/${org.id}/`, `/${elsewhere.id}/`)
  const missing = await org.client().fetch(`/user_avatars/${org.id}/emoji/images/${'0'.repeat(32)}.png`)
  expect([missing.status, missing.headers['cache-control']]).toEqual([404, 'private, no-store'])
  for (const fetched of [
    await elsewhere.client().fetch(url),
    await elsewhere.client().fetch(theirs),
    await org.client().fetch(theirs),
    await org.client().fetch(`${url}x`),
    await org.client().fetch(url.replace('images/', 'images//')),
    await org.client().fetch(`/user_avatars/${org.id}/`),
  ])
    expect([fetched.status, fetched.bytes.toString()]).toEqual([404, missing.bytes.toString()])
  expect((await org.client().fetch(url, 'POST')).status).toBe(404)
})

test('one that moves goes on moving, beside a picture of it that does not', async () => {
  expect((await add('party_parrot', await moving(5))).status).toBe(200)
  const { source_url: source, still_url: still } = await named('party_parrot')
  const image = await bob.fetch(source)
  expect(await sharp(image.bytes, { animated: true }).metadata()).toMatchObject({
    format: 'webp',
    pages: 5,
    width: 64,
    pageHeight: 64,
  })
  expect(image.headers['content-type']).toBe('image/webp')
  expect(still).toMatch(/\/emoji\/images\/still\/[0-9a-f]{32}\.png$/)
  expect(await sharp((await bob.fetch(still ?? '')).bytes).metadata()).toMatchObject({
    format: 'png',
    width: 64,
  })
})

test('nothing of what came is kept but its pixels', async () => {
  const told = 'canary-of-a-camera'
  const photo = await jpeg(told)
  expect(photo.includes(told)).toBe(true)
  await add('photo', photo)
  const { bytes } = await bob.fetch((await named('photo')).source_url)
  expect(bytes.includes(told)).toBe(false)
  expect(await sharp(bytes).metadata()).not.toHaveProperty('exif')
  // Nor is it to be read in the database.
  const rows = await net.database.superuser('SELECT sealed FROM uploads.images')
  const sealed = z.array(z.object({ sealed: z.instanceof(Buffer) })).parse(rows)
  expect(sealed.length).toBeGreaterThan(0)
  expect(sealed.some((row) => row.sealed.includes('PNG') || row.sealed.includes('IHDR'))).toBe(false)
})

test.each([
  ['text', Buffer.from('canary of a text')],
  ['an SVG image', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['a PDF', Buffer.from('%PDF-1.4 canary')],
  ['a PNG that ends at once', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ['nothing', Buffer.alloc(0)],
])('%s is no image', async (_, bytes) => {
  const answer = await add('bad', bytes)
  expect([answer.status, answer.body]).toEqual([
    400,
    {
      result: 'error',
      msg: 'Could not decode image; did you upload an image file?',
      code: 'BAD_REQUEST',
    },
  ])
})

test('no file, two files, and a form without one are refused', async () => {
  const png = await picture()
  const refused = { status: 400, body: { msg: 'You must upload exactly one file.' } }
  expect(await bob.upload('/realm/emoji/files', [])).toMatchObject(refused)
  expect(await bob.upload('/realm/emoji/files', [png, png])).toMatchObject(refused)
  expect(await bob.post('/realm/emoji/files', { image: 'x' })).toMatchObject(refused)
})

test('what is too large is refused, before and after it was read', async () => {
  const large = await add('large', Buffer.alloc(5 * 1024 * 1024 + 1))
  expect(large).toMatchObject({
    status: 400,
    body: { msg: 'Uploaded file is larger than the allowed limit of 5 MiB' },
  })
  expect((await add('huge', Buffer.alloc(6 * 1024 * 1024))).status).toBe(413)
})

test('names: one emoji in use has it, built-in ones are for administrators to hide', async () => {
  const png = await picture()
  expect((await add('Not%20A%20Name', png)).body['msg']).toContain('only lowercase')
  expect((await add('party%20time', png)).status).toBe(200)
  expect(await named('party_time')).toMatchObject({ deactivated: false })
  expect((await add('party_time', png)).body['msg']).toBe('A custom emoji with this name already exists.')
  expect((await add('smile', png)).body['msg']).toBe('Only administrators can override default emoji.')
  expect((await add('smile', png, org.owner)).status).toBe(200)
})

test('the author and administrators take one out of use; it stays listed, and its name is free', async () => {
  const png = await picture()
  await add('mine', png)
  const first = await named('mine')
  const refused = await eve.delete('/realm/emoji/mine')
  expect([refused.status, refused.body['msg']]).toEqual([
    400,
    'Must be an organization administrator or emoji author',
  ])
  expect((await bob.delete('/realm/emoji/mine')).status).toBe(200)
  expect((await all())[first.id]).toEqual({ ...first, deactivated: true })
  const gone = await bob.delete('/realm/emoji/mine')
  expect([gone.status, gone.body]).toEqual([
    404,
    { result: 'error', msg: `Emoji 'mine' does not exist`, code: 'BAD_REQUEST' },
  ])
  expect((await add('mine', png, eve)).status).toBe(200)
  expect((await org.owner.delete('/realm/emoji/mine')).status).toBe(200)
  expect((await bob.fetch(first.source_url)).status).toBe(200)
})

test('of many who give the same name at once one has it', async () => {
  const png = await picture()
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => add('race', png, i % 2 ? bob : eve)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(Object.values(await all()).filter(({ name }) => name === 'race')).toHaveLength(1)
})

test('the organisation says who may add emoji; bots and guests never may', async () => {
  const png = await picture()
  const bot = await bob.ok('POST', '/bots', { full_name: 'Robot', short_name: 'robot', bot_type: 1 })
  const key = {
    email: z.string().parse(bot['email'] ?? `robot-bot@localhost`),
    apiKey: z.string().parse(bot['api_key']),
  }
  const robot = org.client(key)
  expect((await robot.upload('/realm/emoji/bots', [png])).body['msg']).toBe(
    'This endpoint does not accept bot requests.',
  )
  const gus = await org.person('Gus')
  await org.owner.ok('PATCH', `/users/${gus.id}`, { role: 600 })
  expect((await add('guests', png, gus)).body['msg']).toBe('Insufficient permission')
  expect(Object.keys(await all(gus))).toEqual(Object.keys(await all()))
  const set = async (group: number) =>
    org.owner.ok('PATCH', '/realm', { can_add_custom_emoji_group: { new: group } })
  const groups = z
    .array(z.object({ id: z.int(), name: z.string() }))
    .parse((await org.owner.ok('GET', '/user_groups'))['user_groups'])
  const idOf = (name: string) => groups.find((group) => group.name === name)?.id ?? 0
  await set(idOf('role:administrators'))
  expect((await add('admins', png)).body['msg']).toBe('Insufficient permission')
  expect((await add('admins', png, org.owner)).status).toBe(200)
  await set(idOf('role:members'))
})

test('nobody but administrators uses up what all may add', async () => {
  const crowd = await net.organisation()
  const ada = await crowd.person('Ada')
  const png = await picture()
  expect((await add('first', png, ada)).status).toBe(200)
  const made = (n: number, by: number) =>
    net.database.superuser(
      `INSERT INTO uploads.emoji (org_id, emoji_id, name, author_id, path, deactivated)
       SELECT org_id, nextval('uploads.emoji_ids'), 'e' || $3::text || '_' || n, $3::integer, path, true
       FROM uploads.emoji, generate_series(1, $2) n WHERE org_id = $1 AND name = 'first'`,
      [crowd.id, n, by],
    )
  await made(maxEmojiByPerson - 2, ada.id)
  expect((await add('last', png, ada)).status).toBe(200)
  expect((await add('more', png, ada)).body['msg']).toBe(`Too many custom emoji (limit: ${maxEmojiByPerson})`)
  const bob = await crowd.person('Bob')
  await made(maxEmojiByPeople - maxEmojiByPerson - 1, crowd.owner.id)
  expect((await add('everybodys', png, bob)).status).toBe(200)
  expect((await add('beyond', png, bob)).body['msg']).toBe(
    `Too many custom emoji (limit: ${maxEmojiByPeople})`,
  )
  await made(maxEmoji - maxEmojiByPeople - 1, crowd.owner.id)
  expect((await add('owners', png, crowd.owner)).status).toBe(200)
  expect((await add('full', png, crowd.owner)).body['msg']).toBe(`Too many custom emoji (limit: ${maxEmoji})`)
})

test('every change is an event of all emoji, and an act without the name', async () => {
  const registered = await eve.ok('POST', '/register', { event_types: ['realm_emoji'] })
  expect(registered['realm_emoji']).toEqual(await all())
  await add('told', await picture())
  await bob.ok('DELETE', '/realm/emoji/told')
  const { id } = await named('told')
  const { events } = await eve.ok('GET', '/events', {
    queue_id: registered['queue_id'],
    last_event_id: registered['last_event_id'],
    dont_block: false,
  })
  const told = z.array(z.looseObject({ id: z.int(), realm_emoji: EmojiById })).parse(events)
  expect(told.at(0)).toMatchObject({ type: 'realm_emoji', op: 'update' })
  expect(told.at(0)?.realm_emoji[id]?.deactivated).toBe(false)
  expect(contractAvailable() ? told.flatMap((event) => eventFaults(event)) : []).toEqual([])
  const listed = await bob.get('/realm/emoji')
  expect(contractAvailable() ? contractFaults('GET', '/realm/emoji', 200, listed.body) : []).toEqual([])
  const acts = await net.database.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'emoji.changed' ORDER BY seq DESC LIMIT 2`,
    [org.id],
  )
  expect(acts).toEqual([
    { body: { op: 'deactivate', id: Number(id), by: bob.id } },
    { body: { op: 'add', id: Number(id), by: bob.id } },
  ])
})

test('while the organisation is out of use nobody gets an image of it', async () => {
  const own = await net.organisation()
  await own.owner.upload('/realm/emoji/shut', [await picture()])
  const { emoji } = z.object({ emoji: EmojiById }).parse(await own.owner.ok('GET', '/realm/emoji'))
  const url = Object.values(emoji).at(0)?.source_url ?? ''
  const ofId = `/user_avatars/${own.id}/avatars/of-ids/${'0'.repeat(32)}.png`
  const both = () => Promise.all([url, ofId].map(async (path) => (await own.owner.fetch(path)).status))
  expect(await both()).toEqual([200, 200])
  await net.link.call(deactivateOrganisation, { org: own.id })
  expect(await both()).toEqual([404, 404])
  await net.link.call(reactivateOrganisation, { org: own.id })
  expect(await both()).toEqual([200, 200])
})

test('AC-13 of two who take an emoji out of use at once, one finds none', async () => {
  await add('twice', await picture())
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const answers: ReturnType<typeof bob.delete>[] = []
  await (
    await net.database.as('uploads')
  ).write(orgId(org.id), async (tx) => {
    await hold(tx, null)
    answers.push(bob.delete('/realm/emoji/twice'), org.owner.delete('/realm/emoji/twice'))
    while ((await net.database.superuser(waiting)).length < 2) await new Promise(setImmediate)
  })
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 404])
})
