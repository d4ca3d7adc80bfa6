import {
  contractAvailable,
  eventFaults,
  eventQueue,
  type Organisation,
  type QueueEvent,
  signIn,
  testNetwork,
  testPassword,
  type TestNetwork,
} from '@parley/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { jpeg, noise, picture } from './pictures.ts'

type Account = Awaited<ReturnType<Organisation['person']>>
let net: TestNetwork
let org: Organisation
let elsewhere: Organisation
let bob: Account
let eve: Account
let gus: Account

beforeAll(async () => {
  net = await testNetwork({ instances: { gateway: 2, uploads: 2 } })
  org = await net.organisation()
  elsewhere = await net.organisation()
  bob = await org.person('Bob')
  eve = await org.person('Eve', { gateway: 2 })
  gus = await org.person('Gus')
  await org.owner.ok('PATCH', `/users/${gus.id}`, { role: 600 })
}, 60_000)
afterAll(() => net[Symbol.asyncDispose]())

const unknown = '/static/images/unknown-user-avatar.png'
const Url = z.string()
const set = async (who: Account, bytes: Uint8Array): Promise<string> => {
  const answer = await who.upload('/users/me/avatar', [bytes])
  expect(answer).toMatchObject({ status: 200 })
  return Url.parse(answer.body['avatar_url'])
}
const versionOf = (url: string): number => Number(/\?version=(\d+)$/.exec(url)?.[1])
/** Where an address leads. */
const leads = async (who: Pick<Account, 'fetch'>, path: string): Promise<string> => {
  const answer = await who.fetch(path)
  expect([path, answer.status]).toEqual([path, 302])
  return Url.parse(answer.headers['location'])
}
/** The image that is where an address leads, loaded without a credential. */
const shown = async (who: Pick<Account, 'fetch'>, path: string) => {
  const image = await org.client().fetch(await leads(who, path))
  const { format, width, height } = await sharp(image.bytes).metadata()
  return { type: image.headers['content-type'], format, width, height, bytes: image.bytes }
}
const images = () =>
  net.database.superuser(`SELECT path FROM uploads.images WHERE org_id = $1 AND path LIKE 'avatars/%'`, [
    org.id,
  ])
const told = (events: readonly QueueEvent[]) => {
  expect(contractAvailable() ? events.flatMap((event) => eventFaults(event)) : []).toEqual([])
  return events.filter(({ type }) => type === 'realm_user')
}

test('who gave themselves no picture has one of their own that is made of their id, and of nothing else', async () => {
  const own = await bob.ok('GET', '/users/me')
  expect(own['avatar_url']).toBe(`/avatar/${bob.id}?version=1`)
  const small = await shown(bob, `/avatar/${bob.id}?version=1`)
  expect(small).toMatchObject({ type: 'image/png', format: 'png', width: 100, height: 100 })
  const medium = await shown(bob, `/avatar/${bob.id}/medium?version=1`)
  expect(medium).toMatchObject({ type: 'image/png', format: 'png', width: 500, height: 500 })
  const again = await shown(eve, `/avatar/${bob.id}`)
  expect(again.bytes.equals(small.bytes)).toBe(true)
  expect((await shown(bob, `/avatar/${eve.id}`)).bytes.equals(small.bytes)).toBe(false)
  expect(await images()).toEqual([])
  // The large one is the small one, larger.
  const shrunk = await sharp(medium.bytes).resize(100, 100, { kernel: 'nearest' }).raw().toBuffer()
  expect(shrunk.equals(await sharp(small.bytes).raw().toBuffer())).toBe(true)
})

test('one picture is at the addresses of an id and of an e-mail, with a key and with a session', async () => {
  const session = org.client({ headers: await signIn(org.client(), bob.email, testPassword) })
  const first = await leads(bob, `/avatar/${eve.id}`)
  expect(first).toMatch(new RegExp(`^/user_avatars/${org.id}/avatars/of-ids/[0-9a-f]{32}\\.png$`))
  for (const [who, path] of [
    [bob, `/api/v1/avatar/${eve.id}`],
    [bob, `/avatar/${encodeURIComponent(eve.email.toUpperCase())}`],
    [session, `/avatar/${eve.id}?version=7`],
    [session, `/json/avatar/${eve.id}`],
  ] as const)
    expect(await leads(who, path)).toBe(first)
  const head = await bob.fetch(`/avatar/${eve.id}`, 'HEAD')
  expect([head.status, head.headers['location'], head.bytes.length]).toEqual([302, first, 0])
  // Who sees whom may be otherwise next time.
  expect(head.headers['cache-control']).toBe('private, no-store')
  expect((await bob.fetch(`/avatar/${eve.id}`, 'POST')).status).toBe(405)
})

test('a picture that somebody gives themselves is there in both sizes, and the one before is gone', async () => {
  const queue = await eventQueue(eve)
  const own = await eventQueue(bob)
  const first = await set(bob, await picture(300, 200))
  const version = versionOf(first)
  expect(first).toBe(`/avatar/${bob.id}?version=${version}`)
  expect(await shown(eve, first)).toMatchObject({ type: 'image/png', width: 100, height: 100 })
  expect(await shown(eve, `/avatar/${bob.id}/medium?version=${version}`)).toMatchObject({
    type: 'image/webp',
    width: 500,
    height: 500,
  })
  const old = await leads(eve, first)
  expect(old).toMatch(new RegExp(`^/user_avatars/${org.id}/avatars/[0-9a-f]{32}\\.png$`))
  expect(await images()).toHaveLength(2)

  const second = await set(bob, await picture(20, 40))
  expect(versionOf(second)).toBe(version + 1)
  expect((await org.client().fetch(old)).status).toBe(404)
  // What is shown of an older message leads to the picture of now.
  expect(await leads(eve, first)).toBe(await leads(eve, second))
  expect(await images()).toHaveLength(2)
  const { state } = await eventQueue(bob)
  expect(state).toMatchObject({
    avatar_url: second,
    avatar_url_medium: `/avatar/${bob.id}/medium?version=${version + 1}`,
    avatar_source: 'U',
  })

  const removed = await bob.delete('/users/me/avatar')
  const third = `/avatar/${bob.id}?version=${version + 2}`
  expect(removed.body).toEqual({ result: 'success', msg: '', avatar_url: third })
  expect((await bob.delete('/users/me/avatar')).body['avatar_url']).toBe(third)
  expect(await leads(eve, third)).toContain('/of-ids/')
  expect(await images()).toEqual([])

  const person = (n: number, source: string) => ({
    user_id: bob.id,
    avatar_url: `/avatar/${bob.id}?version=${version + n}`,
    avatar_url_medium: `/avatar/${bob.id}/medium?version=${version + n}`,
    avatar_source: source,
    avatar_version: version + n,
  })
  const expected = [person(0, 'U'), person(1, 'U'), person(2, 'J')]
  await net.settle()
  for (const each of [queue, own])
    expect(told(await each.rest()).map((event) => event['person'])).toEqual(expected)
  const acts = await net.database.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'user.avatar-changed' ORDER BY seq`,
    [org.id],
  )
  expect(acts.map(({ body }) => body)).toEqual(
    [true, true, false].map((uploaded, n) => ({
      user_id: bob.id,
      version: version + n,
      uploaded,
      by: bob.id,
    })),
  )
})

test('nobody is sent to a stranger for a picture: no address of one is left open for clients to compute', async () => {
  const url = await set(eve, await picture())
  await bob.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'talk' }],
    principals: [bob.id, eve.id],
  })
  const queue = await eventQueue(bob, { client_gravatar: true })
  const send = { type: 'channel', to: 'talk', topic: 'x', content: 'x' }
  const { id } = await eve.ok('POST', '/messages', send)
  await eve.ok('DELETE', '/users/me/avatar')
  const Told = z.looseObject({ avatar_url: z.string() })
  await net.settle()
  const events = await queue.rest()
  const sent = events.find(({ type }) => type === 'message')
  expect(Told.parse(sent?.['message']).avatar_url).toBe(url)
  const { message } = await bob.ok('GET', `/messages/${String(id)}`)
  expect(Told.parse(message).avatar_url).toBe(`/avatar/${eve.id}?version=${versionOf(url) + 1}`)
  const { messages } = await bob.ok('GET', '/messages', { message_ids: [id], client_gravatar: true })
  expect(z.array(Told).parse(messages)[0]?.avatar_url).toContain(`/avatar/${eve.id}?`)
  const { members } = await bob.ok('GET', '/users', { client_gravatar: true })
  expect(
    z
      .array(Told)
      .parse(members)
      .every((one) => one.avatar_url.startsWith('/avatar/')),
  ).toBe(true)
  // The bot that speaks for the server as well.
  const bots = z.array(Told.extend({ user_id: z.int() })).parse(queue.state['cross_realm_bots'])
  for (const { user_id, avatar_url } of bots)
    expect([user_id, await leads(bob, avatar_url)]).toEqual([user_id, expect.stringContaining('/of-ids/')])
})

test('without a credential there is no picture to be had by an id, whoever has it, or nobody', async () => {
  const answers = await Promise.all(
    [bob.id, elsewhere.owner.id, 999_999_999, bob.email, 'nobody@x.example'].map(async (named) => {
      const { status, headers, bytes } = await org.client().fetch(`/avatar/${named}`)
      return [status, headers['www-authenticate'], bytes.toString()]
    }),
  )
  // As one asks for a session: browsers would ask their people for a password otherwise.
  expect(answers[0]?.slice(0, 2)).toEqual([401, 'Session realm="zulip"'])
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  const foreign = org.client({ email: elsewhere.owner.email, apiKey: elsewhere.owner.apiKey })
  const refused = await foreign.fetch(`/avatar/${bob.id}`)
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="zulip"'])
  expect((await org.client().fetch(`/avatar/${bob.id}/medium`)).status).toBe(401)
})

test('people of another organisation, and nobody, are shown as the same unknown one', async () => {
  await set(elsewhere.owner, await picture())
  const answers = await Promise.all(
    [elsewhere.owner.id, 999_999_999, '9'.repeat(15), elsewhere.owner.email, 'nobody@x.example', 'x'].flatMap(
      (named) =>
        ['', '/medium'].map(async (size) => {
          const { status, headers, bytes } = await bob.fetch(`/avatar/${named}${size}`)
          return { status, location: headers['location'], body: bytes.toString() }
        }),
    ),
  )
  expect(answers[0]).toMatchObject({ status: 302, location: unknown })
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  const image = await org.client().fetch(unknown)
  expect([image.status, image.headers['content-type']]).toEqual([200, 'image/png'])
  expect(await sharp(image.bytes).metadata()).toMatchObject({ width: 100, height: 100 })
  // Pictures are found at the host of their own organisation alone.
  const theirs = await leads(elsewhere.owner, `/avatar/${elsewhere.owner.id}`)
  expect((await org.client().fetch(theirs)).status).toBe(404)
})

test('guests who do not see somebody are told of no picture of theirs', async () => {
  await bob.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'met' }],
    principals: [bob.id, gus.id],
  })
  await org.owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 3 } })
  const queue = await eventQueue(gus)
  await set(eve, await picture())
  await set(bob, await picture())
  expect(await leads(gus, `/avatar/${eve.id}`)).toBe(unknown)
  expect(await leads(gus, `/avatar/${encodeURIComponent(eve.email)}/medium`)).toBe(unknown)
  expect(await leads(gus, `/avatar/${bob.id}`)).toContain('/avatars/')
  await net.settle()
  const events = told(await queue.rest())
  expect(events.map((event) => z.looseObject({ user_id: z.int() }).parse(event['person']).user_id)).toEqual([
    bob.id,
  ])
  await org.owner.ok('PATCH', '/realm', { can_access_all_users_group: { new: 2 } })
  expect(await leads(gus, `/avatar/${eve.id}`)).toContain('/avatars/')
})

test('where the organisation keeps pictures as they are, administrators alone change theirs', async () => {
  const png = await picture()
  await set(bob, png)
  await org.owner.ok('PATCH', '/realm', { avatar_changes_disabled: true })
  const refused = { status: 400, body: { msg: 'Avatar changes are disabled in this organization.' } }
  expect(await bob.upload('/users/me/avatar', [png])).toMatchObject(refused)
  expect(await bob.delete('/users/me/avatar')).toMatchObject(refused)
  expect(await leads(eve, `/avatar/${bob.id}`)).not.toContain('/of-ids/')
  await set(org.owner, png)
  expect((await org.owner.delete('/users/me/avatar')).status).toBe(200)
  await org.owner.ok('PATCH', '/realm', { avatar_changes_disabled: false })
  expect((await bob.delete('/users/me/avatar')).status).toBe(200)
})

test('who may not any more when the image has been decoded is refused', async () => {
  const large = await noise(1200)
  const [answer] = await Promise.all([
    bob.upload('/users/me/avatar', [large]),
    org.owner.ok('PATCH', '/realm', { avatar_changes_disabled: true }),
  ])
  expect([200, 400]).toContain(answer.status)
  // Whichever came first in the log: what was said is what is.
  const after = await net.database.superuser(
    `SELECT seq FROM events.log WHERE org_id = $1 AND type = 'user.avatar-changed' AND seq > (
       SELECT max(seq) FROM events.log WHERE org_id = $1 AND type = 'organisation.settings-changed')`,
    [org.id],
  )
  expect(after).toEqual([])
  await org.owner.ok('PATCH', '/realm', { avatar_changes_disabled: false })
})

test('a bot gives itself no picture; guests do', async () => {
  const made = await bob.ok('POST', '/bots', { full_name: 'Robot', short_name: 'robot' })
  const me = z.object({ user_id: z.int(), api_key: z.string() }).parse(made)
  const listed = await bob.ok('GET', `/users/${me.user_id}`)
  const { email } = z.object({ email: z.string() }).parse(listed['user'])
  const robot = org.client({ email, apiKey: me.api_key })
  const png = await picture()
  const refused = { status: 400, body: { msg: 'This endpoint does not accept bot requests.' } }
  expect(await robot.upload('/users/me/avatar', [png])).toMatchObject(refused)
  expect(await robot.delete('/users/me/avatar')).toMatchObject(refused)
  expect(await leads(robot, `/avatar/${me.user_id}`)).toContain('/of-ids/')
  await set(gus, png)
})

test('one image of pixels, no more of it than may be, and nothing of it but its pixels', async () => {
  const whole = await picture()
  const asked = async (...files: Uint8Array[]) => {
    const { status, body } = await bob.upload('/users/me/avatar', files)
    return [status, body['msg']]
  }
  expect(await asked()).toEqual([400, 'You must upload exactly one avatar.'])
  expect((await asked(whole, whole))[0]).toBe(400)
  expect((await asked(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')))[0]).toBe(400)
  expect(await asked(Buffer.alloc(5 * 1024 * 1024 + 1))).toEqual([
    400,
    'Uploaded file is larger than the allowed limit of 5 MiB',
  ])
  // Whatever is in it, it fits.
  expect((await asked(await noise(800)))[0]).toBe(200)
  const mark = 'canary-of-a-camera'
  await set(bob, await jpeg(mark))
  for (const size of ['', '/medium']) {
    const { bytes } = await shown(bob, `/avatar/${bob.id}${size}`)
    expect(bytes.includes(mark)).toBe(false)
    expect(await sharp(bytes).metadata()).not.toHaveProperty('exif')
  }
  const rows = await net.database.superuser(`SELECT sealed FROM uploads.images WHERE path LIKE 'avatars/%'`)
  const sealed = z.array(z.object({ sealed: z.instanceof(Buffer) })).parse(rows)
  expect(sealed.length).toBeGreaterThan(0)
  expect(sealed.some((row) => row.sealed.includes('IHDR') || row.sealed.includes('WEBP'))).toBe(false)
})

test('of many pictures that one gives oneself at once the last is left, and each had a number of its own', async () => {
  const png = await picture()
  const made = await Promise.all(Array.from({ length: 5 }, () => bob.upload('/users/me/avatar', [png])))
  const urls = made.flatMap(({ status, body }) => (status === 200 ? [Url.parse(body['avatar_url'])] : []))
  expect(urls.length).toBeGreaterThan(0)
  expect(new Set(urls).size).toBe(urls.length)
  const newest = Math.max(...urls.map(versionOf))
  expect((await bob.ok('GET', '/users/me'))['avatar_version']).toBe(newest)
  const kept = await net.database.superuser(
    `SELECT path FROM uploads.images i WHERE org_id = $1 AND path LIKE 'avatars/%' AND NOT EXISTS (
       SELECT FROM uploads.avatars a WHERE a.org_id = i.org_id AND i.path IN (a.path, a.medium_path))`,
    [org.id],
  )
  expect(kept).toEqual([])
})

test('who was deactivated is seen with their picture, and changes it no more', async () => {
  const zoe = await org.person('Zoe')
  const url = await set(zoe, await picture())
  await org.owner.ok('DELETE', `/users/${zoe.id}`)
  expect(await leads(bob, url)).not.toContain('/of-ids/')
  expect((await zoe.upload('/users/me/avatar', [await picture()])).status).toBe(401)
  expect((await zoe.fetch(url)).status).toBe(401)
})

const Made = z.object({ user_id: z.int(), api_key: z.string(), avatar_url: z.string() })

test('a bot has the picture that comes with it, and the one that who has the say over it gives it later', async () => {
  const queue = await eventQueue(eve)
  const own = await eventQueue(bob)
  const fields = { full_name: 'Painted', short_name: 'painted' }
  const made = Made.parse((await bob.upload('/bots', [await picture(30, 20)], fields)).body)
  const { user_id: bot, avatar_url: first } = made
  expect(first).toBe(`/avatar/${bot}?version=1`)
  expect(await shown(eve, first)).toMatchObject({ type: 'image/png', width: 100, height: 100 })
  const changed = await bob.upload(`/bots/${bot}`, [await picture()], { full_name: 'Repainted' }, 'PATCH')
  const second = `/avatar/${bot}?version=2`
  expect(changed.body).toMatchObject({ result: 'success', full_name: 'Repainted', avatar_url: second })
  expect(await shown(eve, `/avatar/${bot}/medium`)).toMatchObject({ type: 'image/webp', width: 500 })
  const { bots } = await bob.ok('GET', '/bots')
  expect(bots).toContainEqual(expect.objectContaining({ user_id: bot, avatar_url: second }))
  expect((await org.owner.upload(`/bots/${bot}`, [await picture()], {}, 'PATCH')).status).toBe(200)
  const third = `/avatar/${bot}?version=3`
  const kept = await net.database.superuser(
    `SELECT path FROM uploads.images i WHERE org_id = $1 AND path LIKE 'avatars/%' AND NOT EXISTS (
       SELECT FROM uploads.avatars a WHERE a.org_id = i.org_id AND i.path IN (a.path, a.medium_path))`,
    [org.id],
  )
  expect(kept).toEqual([])
  await net.settle()
  const people = told(await queue.rest()).map((event) => event['person'])
  expect(people.filter((person) => JSON.stringify(person).includes('avatar_url_medium'))).toEqual(
    [first, second, third].map((url, n) => ({
      user_id: bot,
      avatar_url: url,
      avatar_url_medium: url.replace('?', '/medium?'),
      avatar_source: 'U',
      avatar_version: n + 1,
    })),
  )
  const ofBots = (await own.rest()).filter(({ type }) => type === 'realm_bot')
  expect(contractAvailable() ? ofBots.flatMap((event) => eventFaults(event)) : []).toEqual([])
  expect(ofBots.slice(1).map((event) => event['bot'])).toEqual([
    { user_id: bot, full_name: 'Repainted' },
    { user_id: bot, avatar_url: second },
    { user_id: bot, avatar_url: third },
  ])
  const acts = await net.database.superuser(
    `SELECT body ->> 'by' AS by FROM events.log
      WHERE org_id = $1 AND type = 'user.avatar-changed' AND body ->> 'user_id' = $2 ORDER BY seq`,
    [org.id, String(bot)],
  )
  expect(acts.map(({ by }) => Number(by))).toEqual([bob.id, bob.id, org.owner.id])
})

test('nobody else gives a bot a picture, and nothing but an image makes one', async () => {
  const made = await bob.ok('POST', '/bots', { full_name: 'Plain', short_name: 'plain' })
  const { user_id: bot, api_key: apiKey } = Made.parse(made)
  const png = await picture()
  const { email } = z.object({ email: z.string() }).parse((await bob.ok('GET', `/users/${bot}`))['user'])
  const robot = org.client({ email, apiKey })
  for (const who of [eve, gus, robot]) {
    const plain = await who.patch(`/bots/${bot}`, { full_name: 'Other' })
    const answer = await who.upload(`/bots/${bot}`, [png], {}, 'PATCH')
    expect([answer.status, answer.body]).toEqual([plain.status, plain.body])
    expect(answer.status).toBe(400)
  }
  expect(await leads(bob, `/avatar/${bot}`)).toContain('/of-ids/')
  const asked = async (bytes: Uint8Array) =>
    (await bob.upload(`/bots/${bot}`, [bytes], {}, 'PATCH')).body['msg']
  expect(await asked(Buffer.from('<svg/>'))).toBe('Could not decode image; did you upload an image file?')
  expect(await asked(Buffer.alloc(5 * 1024 * 1024 + 1))).toBe(
    'Uploaded file is larger than the allowed limit of 5 MiB',
  )
  const fields = { full_name: 'Not', short_name: 'not' }
  expect((await bob.upload('/bots', [Buffer.from('x')], fields)).status).toBe(400)
  expect(JSON.stringify((await bob.ok('GET', '/bots'))['bots'])).not.toContain('"Not"')
  expect((await bob.upload(`/bots/${bot}`, [png, png], {}, 'PATCH')).status).toBe(400)
})
