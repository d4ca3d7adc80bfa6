import {
  contractAvailable,
  eventFaults,
  type Organisation,
  testNetwork,
  type TestNetwork,
} from '@parley/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { moving, picture } from './pictures.ts'

let net: TestNetwork
let org: Organisation
let bob: Awaited<ReturnType<Organisation['person']>>

beforeAll(async () => {
  net = await testNetwork()
  org = await net.organisation()
  bob = await org.person('Bob')
})
afterAll(() => net[Symbol.asyncDispose]())

const first = (name: string) => `/user_avatars/${org.id}/realm/${name}.png`
const registered = async () => {
  const state = await bob.ok('POST', '/register', { event_types: ['realm'] })
  const keys = ['icon', 'logo', 'night_logo'].flatMap((kind) => [`realm_${kind}_url`, `realm_${kind}_source`])
  return { state, shown: Object.fromEntries(keys.map((key) => [key, state[key]])) }
}
const events = async (state: Readonly<Record<string, unknown>>) => {
  const answer = await bob.ok('GET', '/events', {
    queue_id: state['queue_id'],
    last_event_id: state['last_event_id'],
    dont_block: false,
  })
  const told = z.array(z.looseObject({ data: z.record(z.string(), z.string()) })).parse(answer['events'])
  expect(contractAvailable() ? told.flatMap((event) => eventFaults(event)) : []).toEqual([])
  return told
}
const leads = async (path: string) => {
  const answer = await org.client().fetch(`/api/v1${path}`)
  return [answer.status, answer.headers['location']]
}
const size = async (path: string) => {
  const { format, width, height } = await sharp((await org.client().fetch(path)).bytes).metadata()
  return [format, width, height]
}

test('an organisation begins with pictures that all begin with', async () => {
  expect((await registered()).shown).toEqual({
    realm_icon_url: first('icon'),
    realm_icon_source: 'G',
    realm_logo_url: first('logo'),
    realm_logo_source: 'D',
    realm_night_logo_url: first('logo'),
    realm_night_logo_source: 'D',
  })
  expect(await leads('/realm/icon')).toEqual([302, first('icon')])
  expect(await leads('/realm/logo?night=true')).toEqual([302, first('logo')])
  expect(await size(first('icon'))).toEqual(['png', 128, 128])
  expect(await size(first('logo'))).toEqual(['png', 80, 80])
  const settings = await org.client().ok('GET', '/server_settings')
  expect(settings['realm_icon']).toBe('/api/v1/realm/icon')
})

test('an administrator gives it an icon, and takes that away', async () => {
  const { state } = await registered()
  const answer = await org.owner.upload('/realm/icon', [await picture(300, 500)])
  const url = z.string().parse(answer.body['icon_url'])
  expect(url).toMatch(new RegExp(`^/user_avatars/${org.id}/realm/[0-9a-f]{32}\\.png$`))
  expect(await size(url)).toEqual(['png', 200, 200])
  expect(await leads('/realm/icon')).toEqual([302, url])
  expect((await org.client().ok('GET', '/server_settings'))['realm_icon']).toBe(url)
  expect((await registered()).shown).toMatchObject({ realm_icon_url: url, realm_icon_source: 'U' })

  const again = await org.owner.upload('/realm/icon', [await moving(3)])
  const next = z.string().parse(again.body['icon_url'])
  expect((await bob.fetch(url)).status).toBe(404)
  expect(await size(next)).toEqual(['png', 200, 200])

  expect((await org.owner.delete('/realm/icon')).body['icon_url']).toBe(first('icon'))
  expect((await org.owner.delete('/realm/icon')).body['icon_url']).toBe(first('icon'))
  expect(await events(state)).toMatchObject([
    { type: 'realm', op: 'update_dict', property: 'icon', data: { icon_url: url, icon_source: 'U' } },
    { property: 'icon', data: { icon_url: next, icon_source: 'U' } },
    { property: 'icon', data: { icon_url: first('icon'), icon_source: 'G' } },
  ])
  const acts = await net.database.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'organisation.picture-changed' ORDER BY seq`,
    [org.id],
  )
  const by = org.owner.id
  expect(acts.map(({ body }) => body)).toEqual([
    { kind: 'icon', op: 'set', by },
    { kind: 'icon', op: 'set', by },
    { kind: 'icon', op: 'remove', by },
  ])
  const kept = await net.database.superuser(`SELECT path FROM uploads.images WHERE path LIKE 'realm/%'`)
  expect(kept).toEqual([])
})

test('logos of day and night are apart', async () => {
  const { state } = await registered()
  const wide = await picture(1000, 100)
  expect((await org.owner.upload('/realm/logo', [wide], { night: false })).body).toEqual({
    result: 'success',
    msg: '',
  })
  expect((await org.owner.upload('/realm/logo', [await picture(10, 10)], { night: true })).status).toBe(200)
  const [day, night] = [await leads('/realm/logo?night=false'), await leads('/realm/logo?night=true')]
  expect(await size(String(day[1]))).toEqual(['png', 640, 64])
  expect(await size(String(night[1]))).toEqual(['png', 10, 10])
  expect((await org.owner.delete('/realm/logo', { night: false })).body).toEqual({
    result: 'success',
    msg: '',
  })
  expect((await registered()).shown).toMatchObject({
    realm_logo_source: 'D',
    realm_night_logo_source: 'U',
    realm_night_logo_url: night[1],
  })
  expect(await events(state)).toMatchObject([
    { property: 'logo', data: { logo_url: day[1], logo_source: 'U' } },
    { property: 'night_logo', data: { night_logo_url: night[1], night_logo_source: 'U' } },
    { property: 'logo', data: { logo_url: first('logo'), logo_source: 'D' } },
  ])
})

test('nobody but administrators, nothing but one image', async () => {
  const png = await picture()
  const refused = { status: 400, body: { msg: 'Must be an organization administrator' } }
  expect(await bob.upload('/realm/icon', [png])).toMatchObject(refused)
  expect(await bob.upload('/realm/logo', [png], { night: true })).toMatchObject(refused)
  expect(await bob.delete('/realm/icon')).toMatchObject(refused)
  expect(await bob.delete('/realm/logo', { night: true })).toMatchObject(refused)
  expect((await org.owner.upload('/realm/logo', [png])).body['msg']).toBe("Missing 'night' argument")
  expect((await org.owner.upload('/realm/icon', [])).body['msg']).toBe('You must upload exactly one file.')
  expect((await org.owner.upload('/realm/icon', [Buffer.from('<svg/>')])).status).toBe(400)
})

test('who is no administrator any more when the image has been decoded is refused', async () => {
  const eve = await org.person('Eve')
  await org.owner.ok('PATCH', `/users/${eve.id}`, { role: 200 })
  const large = await picture(4000, 3000)
  const [answer] = await Promise.all([
    eve.upload('/realm/icon', [large]),
    org.owner.ok('PATCH', `/users/${eve.id}`, { role: 400 }),
  ])
  const after = await eve.upload('/realm/icon', [large])
  expect(after.body['msg']).toBe('Must be an organization administrator')
  // Whichever came first in the log: what was said is what is.
  const acts = await net.database.superuser(
    `SELECT seq FROM events.log WHERE org_id = $1 AND type = 'organisation.picture-changed'
       AND body ->> 'by' = $2 AND seq > (SELECT max(seq) FROM events.log WHERE org_id = $1 AND type = 'user.role-changed')`,
    [org.id, String(eve.id)],
  )
  expect(acts).toEqual([])
  expect([200, 400, 401]).toContain(answer.status)
})

test('F74 a picture that promises more pixels than it may have is refused before it is decoded', async () => {
  const bomb = await sharp({
    create: { width: 16_000, height: 16_000, channels: 3, background: { r: 0, g: 0, b: 0 } },
    limitInputPixels: false,
  })
    .png({ palette: true, colours: 2, compressionLevel: 9 })
    .toBuffer()
  expect(bomb.length).toBeLessThan(1024 * 1024)
  const answer = await org.owner.upload('/realm/icon', [bomb])
  expect([answer.status, answer.body['msg']]).toEqual([400, 'Image size exceeds limit.'])
  const many = await moving(501, 1)
  expect((await bob.upload('/realm/emoji/many', [many])).body['msg']).toBe('Image size exceeds limit.')
})
