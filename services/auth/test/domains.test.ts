import { role } from '@parley/access'
import { maxDomains } from '@parley/api'
import { domainChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let admin: Made
let guest: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  guest = await h.account(acme.org, 'guest', role.guest)
  await h.db.superuser('UPDATE auth.users SET can_create_users = true WHERE user_id = $1', [admin.user])
})
afterAll(() => h[Symbol.asyncDispose]())

const add = (domain: string, below = false, as = acme) =>
  h.ask('add-realm-domain', as, { domain, allow_subdomains: String(below) })
const change = (domain: string, below: boolean, as = acme) =>
  h.ask('change-realm-domain', as, { allow_subdomains: String(below) }, { domain })
const remove = (domain: string, as = acme) => h.ask('remove-realm-domain', as, {}, { domain })
const domains = async (as = guest) => (await h.ask('get-realm-domains', as))['domains']
const create = (email: string, as = admin) =>
  h.ask('create-user', as, { email, full_name: 'Nora New', password: goodPassword })
const restrict = (restricted: boolean, disposable = false) =>
  h.ask('update-realm', acme, {
    emails_restricted_to_domains: String(restricted),
    disallow_disposable_email_addresses: String(!disposable),
  })

test('owners keep domains, of which everybody is told and each change is audited', async () => {
  const { new_domain: made } = await add(' Acme.Example ')
  expect(made).toEqual([expect.any(Number), 'acme.example'])
  await change('ACME.example', true)
  const now = [{ domain: 'acme.example', allow_subdomains: true }]
  expect(await domains()).toEqual(now)
  expect(await h.told(acme.org, ['realm_domains'])).toEqual({ realm_domains: now })
  expect(await h.told(other.org, ['realm_domains'])).toEqual({ realm_domains: [] })
  const before = (await h.log(acme.org)).length
  await change('acme.example', true)
  expect(await h.log(acme.org)).toHaveLength(before)
  await remove('acme.example')
  expect(await domains()).toEqual([])
  const log = (await h.log(acme.org)).slice(-6)
  const [id] = made as [number]
  const acts = ['add', 'update', 'remove'].map((op) => ({ list: 'domains', op, id, by: acme.user }))
  expect(log.filter(({ type }) => type === 'organisation.list-changed').map(({ body }) => body)).toEqual(acts)
  const told = log.filter(({ type }) => type === 'domain.changed')
  expect(told.map(({ body }) => body)).toEqual([
    { op: 'add', realm_domain: { domain: 'acme.example', allow_subdomains: false } },
    { op: 'change', realm_domain: { domain: 'acme.example', allow_subdomains: true } },
    { op: 'remove', domain: 'acme.example' },
  ])
  const viewer = {} as Parameters<typeof domainChanged.shape>[1]
  const shapes = told.map(({ body }) => domainChanged.shape(domainChanged.body.parse(body), viewer))
  expect(contractAvailable() ? shapes.flatMap((shape) => eventFaults({ id: 1, ...shape })) : []).toEqual([])
})

test('nobody else does, nor says what becomes of them', async () => {
  const owners = '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner'
  for (const as of [admin, guest]) {
    expect(await refusalOf(add('x.example', false, as))).toBe(owners)
    expect(await refusalOf(change('x.example', true, as))).toBe(owners)
    expect(await refusalOf(remove('x.example', as))).toBe(owners)
  }
  await add('other.example', false, other)
  expect(await refusalOf(remove('other.example'))).toBe(
    '400 BAD_REQUEST No entry found for domain other.example.',
  )
  expect(await refusalOf(change('other.example', true))).toBe(
    '400 BAD_REQUEST No entry found for domain other.example.',
  )
})

test.each([
  ['', "Domain can't be empty."],
  ['acme', 'Domain must have at least one dot (.)'],
  ['.acme.example', 'Domain cannot start or end with a dot (.)'],
  ['acme..example', "Consecutive '.' are not allowed."],
  ['acme.-example', "Subdomains cannot start or end with a '-'."],
  ['acmé.example', "Domain can only have letters, numbers, '.' and '-'s."],
])('%j is no domain', async (domain, fault) => {
  expect(await refusalOf(add(domain))).toBe(`400 BAD_REQUEST Invalid domain: ${fault}`)
})

test('each once, and only so many', async () => {
  await add('twice.example', false, other)
  expect(await refusalOf(add('TWICE.example', true, other))).toBe(
    '400 BAD_REQUEST The domain twice.example is already a part of your organization.',
  )
  await h.db.superuser(
    `INSERT INTO auth.domains (org_id, domain, allow_subdomains)
     SELECT $1, 'n' || n || '.example', false FROM generate_series(3, $2::int) AS n`,
    [other.org, maxDomains],
  )
  expect(await refusalOf(add('more.example', false, other))).toContain('Too many domains')
})

test('administrators add only whom the domains let in, the operator whom they will', async () => {
  await restrict(true)
  const outside = (email: string) => `400 BAD_REQUEST Email '${email}' not allowed in this organization`
  expect(await refusalOf(create('one@in.example'))).toBe(outside('one@in.example'))
  await add('in.example')
  await create('one@IN.example')
  expect(await refusalOf(create('two@sub.in.example'))).toBe(outside('two@sub.in.example'))
  expect(await refusalOf(create('two@notin.example'))).toBe(outside('two@notin.example'))
  await change('in.example', true)
  await create('two@sub.in.example')
  expect(await refusalOf(create('two@notin.example'))).toBe(outside('two@notin.example'))
  expect(await refusalOf(create('one+more@in.example'))).toBe(
    '400 BAD_REQUEST Email addresses containing + are not allowed.',
  )
  await remove('in.example')
  expect(await refusalOf(create('three@in.example'))).toBe(outside('three@in.example'))
  await h.account(acme.org, 'staff', role.member)
  await restrict(false)
  await create('one+more@in.example')
})

test('disposable addresses come in where the organisation lets them', async () => {
  const refused = '400 BAD_REQUEST Disposable email addresses are not allowed in this organization'
  expect(await refusalOf(create('one@mailinator.com'))).toBe(refused)
  expect(await refusalOf(create('one@below.Mailinator.com'))).toBe(refused)
  await restrict(false, true)
  await create('one@mailinator.com')
  await restrict(false)
  expect(await refusalOf(create('two@mailinator.com'))).toBe(refused)
})

test('what is said of domains while a password is hashed counts', async () => {
  await add('late.example')
  await restrict(true)
  const hasher = { ...h.ctx.hasher }
  vi.spyOn(h.ctx.hasher, 'hash').mockImplementationOnce(async (password) => {
    await remove('late.example')
    return hasher.hash(password)
  })
  expect(await refusalOf(create('one@late.example'))).toContain('not allowed in this organization')
  await restrict(false)
})
