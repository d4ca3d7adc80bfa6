import { type Organisation, testNetwork, type TestNetwork } from '@parley/testkit'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let agent: Agent
beforeAll(async () => {
  network = await testNetwork()
  org = await network.organisation()
  agent = new Agent({ allowH2: false, connect: { ca: network.ca, servername: 'localhost' } })
}, 120_000)
afterAll(async () => {
  await agent?.destroy()
  await network?.[Symbol.asyncDispose]()
}, 60_000)

/** A browser's view: cookies kept, the token said twice. */
class Browser {
  readonly #cookies = new Map<string, string>()

  async send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    fields: Record<string, string> = {},
    more = {},
  ) {
    const answer = await request(`${org.url}${path}`, {
      method,
      dispatcher: agent,
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'x-csrftoken': this.#cookies.get('__Host-csrftoken') ?? '',
        'content-type': 'application/x-www-form-urlencoded',
        ...more,
      },
      ...(method === 'GET' ? {} : { body: new URLSearchParams(fields).toString() }),
    })
    const set = [answer.headers['set-cookie'] ?? []].flat()
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (!line.includes('; Path=/; Secure; HttpOnly; SameSite=Lax'))
        throw new Error(`a loose cookie: ${name}`)
      if (line.includes('Max-Age=0')) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const body = z.record(z.string(), z.unknown()).parse(await answer.body.json())
    return { status: answer.statusCode, body, cookies: new Map(this.#cookies) }
  }
}

test('AU-10 a session is a cookie: signing in, asking, signing out', async () => {
  const ada = await org.person('Ada Browser')
  const browser = new Browser()
  expect((await browser.send('GET', '/json/server_settings')).cookies.has('__Host-csrftoken')).toBe(true)
  const password = 'Correct horse battery staple 7'
  const signedIn = await browser.send('POST', '/json/parley/sessions', { username: ada.email, password })
  expect([signedIn.status, signedIn.body['session_token']]).toEqual([200, undefined])
  expect((await browser.send('GET', '/json/users/me')).body['user_id']).toBe(ada.id)
  const forged = await browser.send('POST', '/json/register', {}, { 'x-csrftoken': 'other' })
  expect([forged.status, forged.body['code']]).toEqual([403, 'CSRF_FAILED'])
  const foreign = await browser.send('POST', '/json/register', {}, { origin: 'https://evil.test' })
  expect(foreign.status).toBe(403)
  const registered = await browser.send('POST', '/json/register', { event_types: '[]' }, { origin: org.url })
  expect(registered.status).toBe(200)
  const kept = new Map(signedIn.cookies)
  expect(
    (await browser.send('DELETE', '/json/parley/sessions/current')).cookies.has('__Host-sessionid'),
  ).toBe(false)
  const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ')
  const late = await new Browser().send('GET', '/json/users/me', {}, { cookie })
  expect([late.status, late.body['code']]).toEqual([401, 'UNAUTHORIZED'])
  expect((await ada.get('/users/me')).status).toBe(200)
})

test('signing in from another site is refused at either door', async () => {
  const fields = { username: org.owner.email, password: 'x' }
  const answer = await new Browser().send('POST', '/api/v1/parley/sessions', fields, {
    origin: 'https://evil.test',
  })
  expect([answer.status, answer.body['code']]).toEqual([403, 'CSRF_FAILED'])
})

test('a session does not count at the door of keys, nor a key at that of sessions', async () => {
  const basic = Buffer.from(`${org.owner.email}:${org.owner.apiKey}`).toString('base64')
  const answer = await new Browser().send('GET', '/json/users/me', {}, { authorization: `Basic ${basic}` })
  expect(answer.status).toBe(401)
})
