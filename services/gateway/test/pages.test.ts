import {
  type ApiClient,
  type Organisation,
  testNetwork,
  type TestNetwork,
  testPassword,
} from '@parley/testkit'
import { JSDOM, type PageElement, type PageWindow } from 'jsdom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let nobody: ApiClient
beforeAll(async () => {
  network = await testNetwork()
  org = await network.organisation()
  // A browser says where a page asks from.
  nobody = org.client({ headers: { origin: org.url, 'sec-fetch-site': 'same-origin' } })
}, 120_000)
afterAll(() => network?.[Symbol.asyncDispose](), 60_000)

/** Opens a page as a browser does: loads it and its script, and sends what the script sends. */
async function open(address: string): Promise<PageWindow> {
  const { pathname } = new URL(address)
  const page = await nobody.fetch(pathname)
  const { window } = new JSDOM(page.bytes, { url: address, runScripts: 'outside-only' })
  const send = async (path: string, { body }: { readonly body: URLSearchParams }) => {
    const answer = await nobody.post(path.replace('/api/v1', ''), Object.fromEntries(body))
    return { ok: answer.status === 200, json: async () => Promise.resolve(answer.body) }
  }
  Object.assign(window, { fetch: send, URLSearchParams })
  const script = window.document.querySelector('script')?.getAttribute('src') ?? ''
  window.eval((await nobody.fetch(script)).bytes.toString())
  return window
}

const find = (window: PageWindow, what: string): PageElement => {
  const found = window.document.querySelector(what)
  if (!found) throw new Error(`the page has no ${what}`)
  return found
}
const buttonOf = (window: PageWindow): PageElement => find(window, 'button')

/** Fills the form in and sends it. @returns what the page says then */
async function submit(window: PageWindow, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  for (const [name, value] of Object.entries(fields))
    find(window, `[name=${name}]`).setAttribute('value', value)
  const { promise, resolve } = Promise.withResolvers<void>()
  // The button is free again when all is said.
  new window.MutationObserver(() => {
    if (!buttonOf(window).hasAttribute('disabled')) resolve()
  }).observe(buttonOf(window), { attributes: true })
  buttonOf(window).click()
  await promise
  const said = find(window, '#done').hidden ? '[role=alert]' : '#done'
  return (find(window, said).textContent ?? '').replaceAll(/\s+/g, ' ').trim()
}

const mailTo = async (email: string): Promise<string> => {
  const got = () => network.mail.received.findLast(({ to }) => to.includes(email))
  await expect.poll(got, { timeout: 30_000 }).toBeDefined()
  const mail = got()
  if (!mail) throw new Error('no mail came')
  return /https:\S+/.exec(mail.text)?.[0] ?? ''
}

const password = testPassword

test('whoever is invited follows the mail and makes an account in the browser', async () => {
  const email = 'newcomer@new.example'
  await org.owner.ok('POST', '/invites', { invitee_emails: email, stream_ids: [] })
  const link = await mailTo(email)
  const page = await open(link)
  expect(await submit(page, { full_name: 'New Comer', password: 'short' })).toMatch(/password/i)
  expect(page.location.hash).not.toBe('')
  expect(await submit(page, { password })).toBe(
    `Your account is ready. Sign in as ${email} with any Zulip app, at ${org.url}.`,
  )
  expect(page.location.href).toBe(`${org.url}/join`)
  expect(find(page, 'form').hidden).toBe(true)
  const key = await nobody.ok('POST', '/fetch_api_key', { username: email, password })
  expect(key).toMatchObject({ email })
  expect(await submit(await open(link), { full_name: 'New Comer', password })).toMatch(/invit/i)
})

test('whoever has a link names an address, and goes on by the mail that comes there', async () => {
  const made = await org.owner.ok('POST', '/invites/multiuse', { stream_ids: [] })
  const email = 'byelink@new.example'
  expect(await submit(await open(z.string().parse(made['invite_link'])), { email })).toMatch(
    /^Look into your mail/,
  )
  const said = await submit(await open(await mailTo(email)), { full_name: 'By Link', password })
  expect(said).toContain(`Sign in as ${email}`)
})

test('another address is confirmed by the page that its mail leads to', async () => {
  const ada = await org.person('Ada Pages')
  await ada.ok('PATCH', '/settings', { email: 'ada@new.example' })
  expect(await submit(await open(await mailTo('ada@new.example')))).toBe(
    'The address of your account is ada@new.example now.',
  )
})

test('a link without its secret says so, and one that opens nothing', async () => {
  const cut = await open(`${org.url}/join`)
  expect(find(cut, '[role=alert]').textContent).toMatch(/^A part of the link is missing/)
  expect(buttonOf(cut).hasAttribute('disabled')).toBe(true)
  expect(await submit(await open(`${org.url}/email#${'x'.repeat(43)}`))).not.toBe('')
})

test('another link in the same window begins anew', async () => {
  const page = await open(`${org.url}/join`)
  const follow = async (hash: string): Promise<void> => {
    const followed = new Promise((resolve) => page.addEventListener('hashchange', resolve, { once: true }))
    page.location.hash = hash
    await followed
  }
  await follow('x'.repeat(43))
  expect(find(page, '[role=alert]').textContent).toBe('')
  expect(await submit(page, { full_name: 'Second One', password })).toMatch(/invit/i)
  await org.owner.ok('POST', '/invites', { invitee_emails: 'second@new.example', stream_ids: [] })
  await follow(new URL(await mailTo('second@new.example')).hash)
  expect(await submit(page)).toContain('Sign in as second@new.example')
  await follow('y')
  expect([find(page, 'form').hidden, find(page, '#done').hidden]).toEqual([false, true])
})

test('a server that does not answer is said, and one may try again', async () => {
  const page = await open(`${org.url}/email#x`)
  Object.assign(page, { fetch: async () => Promise.reject(new TypeError('no')) })
  expect(await submit(page)).toBe('The server cannot be reached. Try again.')
  expect(buttonOf(page).hasAttribute('disabled')).toBe(false)
})
