import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let admin: Made
let member: Made
let guest: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  member = await h.account(acme.org, 'member', role.member)
  guest = await h.account(acme.org, 'guest', role.guest)
})
afterAll(() => h[Symbol.asyncDispose]())

const create = (as: Made, changed: Record<string, string> = {}) =>
  h.ask('create-user', as, {
    email: 'new@acme.example',
    full_name: 'Nora New',
    password: goodPassword,
    ...changed,
  })
const members = async (as: Made, fields: Record<string, string> = {}) =>
  (await h.ask('get-users', as, fields))['members'] as Record<string, unknown>[]
const userCount = () => h.db.superuser('SELECT count(*)::int AS n FROM auth.users')

test('the owner makes an account, which everybody sees and which signs in', async () => {
  const { user_id: id } = await create(acme, { email: 'Nora@acme.example', full_name: ' Nora New ' })
  expect(await members(guest, { user_ids: JSON.stringify([id]) })).toMatchObject([
    {
      user_id: id,
      full_name: 'Nora New',
      email: 'Nora@acme.example',
      delivery_email: 'Nora@acme.example',
      role: 400,
      is_active: true,
      is_bot: false,
    },
  ])
  const signedIn = { username: 'nora@ACME.example', password: goodPassword }
  expect(await h.ask('fetch-api-key', null, signedIn, {}, acme.org)).toMatchObject({ user_id: id })
  const last = (await h.log(acme.org)).slice(-4)
  expect(last.map((e) => e.type)).toEqual([
    'user.created',
    'group.members-added',
    'account.created',
    'key.created',
  ])
  expect(last[2]?.body).toEqual({ user_id: id, role: 400, by: acme.user })
})

test('who may create accounts is an administrator and has the leave of the operator', async () => {
  const before = await userCount()
  const needsAdmin = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  expect(await refusalOf(create(member))).toBe(needsAdmin)
  expect(await refusalOf(create(guest))).toBe(needsAdmin)
  expect(await refusalOf(create(admin))).toBe('400 BAD_REQUEST User not authorized to create users')
  expect(await userCount()).toEqual(before)
})

test('AC-05 who loses the right while the password is hashed makes no account', async () => {
  const chief = await h.account(acme.org, 'chief', role.owner)
  await h.db.superuser('UPDATE auth.users SET can_create_users = true WHERE user_id = $1', [chief.user])
  const before = await userCount()
  const hasher = { ...h.ctx.hasher }
  vi.spyOn(h.ctx.hasher, 'hash').mockImplementationOnce(async (password) => {
    await h.ask('update-user', acme, { role: String(role.member) }, { user_id: String(chief.user) })
    return hasher.hash(password)
  })
  expect(await refusalOf(create(chief))).toBe(
    '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator',
  )
  expect(await userCount()).toEqual(before)
})

test.each([
  [{ email: 'MEMBER@acme.example' }, "400 BAD_REQUEST Email 'MEMBER@acme.example' already in use"],
  [{ email: 'no address' }, '400 BAD_REQUEST Bad name or username'],
  [{ full_name: 'x' }, '400 BAD_REQUEST Name too short!'],
  [{ full_name: '@all' }, '400 BAD_REQUEST Invalid characters in name!'],
  [{ password: 'acme2026' }, '400 BAD_REQUEST The password is too weak.'],
  [{ password: 'Nora New 1' }, '400 BAD_REQUEST The password is too weak.'],
  [{ password: '' }, '400 BAD_REQUEST The password is too weak.'],
])('%j makes no account: %s', async (changed, refusal) => {
  const before = await userCount()
  expect(await refusalOf(create(acme, changed))).toBe(refusal)
  expect(await userCount()).toEqual(before)
})

test('F81 the same address at the same time makes one account', async () => {
  const twin = () => refusalOf(create(acme, { email: 'twin@acme.example' }))
  expect((await Promise.all([twin(), twin(), twin()])).toSorted()).toEqual([
    "400 BAD_REQUEST Email 'twin@acme.example' already in use",
    "400 BAD_REQUEST Email 'twin@acme.example' already in use",
    'not refused',
  ])
})

test('the same address may stand in two organisations', async () => {
  expect(await create(other, { email: 'member@acme.example' })).toMatchObject({
    user_id: expect.any(Number) as number,
  })
  expect(await members(other)).toHaveLength(2)
})

test('one user is found by id, and neither beyond the organisation nor beyond all ids', async () => {
  const get = (as: Made, id: number) => h.ask('get-user', as, {}, { user_id: String(id) })
  expect(await get(member, acme.user)).toMatchObject({ user: { user_id: acme.user, is_owner: true } })
  for (const id of [other.user, 0, 999_999, 2_147_483_648, Number.MAX_SAFE_INTEGER])
    expect(await refusalOf(get(member, id))).toBe('400 BAD_REQUEST No such user')
})

test('lists name nobody of another organisation, whatever ids are asked for', async () => {
  const ids = JSON.stringify([other.user, member.user, 2 ** 40, -1])
  expect((await members(member, { user_ids: ids })).map((m) => m['user_id'])).toEqual([member.user])
  expect(JSON.stringify(await members(member))).not.toContain('other.example')
})

test('profile data comes where it is asked for', async () => {
  const [plain] = await members(member)
  const [full] = await members(member, { include_custom_profile_fields: 'true' })
  expect([plain?.['profile_data'], full?.['profile_data']]).toEqual([undefined, {}])
})

test('an address that its owner hides is null for others', async () => {
  const shy = await h.account(acme.org, 'shy', role.member)
  await h.db.superuser(
    `UPDATE auth.users SET email_address_visibility = 3, email = 'user@hidden.example' WHERE user_id = $1`,
    [shy.user],
  )
  const seen = async (as: Made) =>
    (await members(as, { user_ids: JSON.stringify([shy.user]) }))[0]?.['delivery_email']
  expect([await seen(member), await seen(guest), await seen(admin), await seen(shy)]).toEqual([
    null,
    null,
    'shy@acme.example',
    'shy@acme.example',
  ])
})

test('who may deactivate whom', async () => {
  const target = await h.account(acme.org, 'target', role.member)
  const deactivate = (as: Made, id: number) =>
    refusalOf(h.ask('deactivate-user', as, {}, { user_id: String(id) }))
  const needsAdmin = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  for (const as of [member, guest])
    for (const id of [target.user, other.user, 999_999]) expect(await deactivate(as, id)).toBe(needsAdmin)
  for (const id of [other.user, 999_999, 2 ** 40])
    expect(await deactivate(admin, id)).toBe('400 BAD_REQUEST No such user')
  expect(await deactivate(admin, acme.user)).toBe('400 UNAUTHORIZED_PRINCIPAL Must be an organization owner')
  expect(await deactivate(acme, acme.user)).toBe(
    '400 CANNOT_DEACTIVATE_LAST_USER Cannot deactivate the only organization owner',
  )
  expect(await deactivate(admin, target.user)).toBe('not refused')
})

test('an owner whom the other one deactivates cannot answer in kind', async () => {
  const second = await h.account(acme.org, 'second', role.owner)
  const racing = [
    [acme, second],
    [second, acme],
  ].map(([as, of]) => refusalOf(h.ask('deactivate-user', as ?? acme, {}, { user_id: String(of?.user) })))
  const answers = await Promise.all(racing)
  expect(answers.filter((a) => a === 'not refused')).toHaveLength(1)
  const owners = await h.db.superuser(
    'SELECT count(*)::int AS n FROM auth.users WHERE org_id = $1 AND role = 100 AND is_active',
    [acme.org],
  )
  expect(owners).toEqual([{ n: 1 }])
})
