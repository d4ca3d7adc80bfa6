import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

const patch = (as: Made, id: number, fields: Record<string, string>) =>
  h.ask('update-user', as, fields, { user_id: String(id) })
const needsAdmin = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
const needsOwner = '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner'
const roleOf = async (id: number) =>
  (await h.db.superuser('SELECT role FROM auth.users WHERE user_id = $1', [id]))[0]?.['role']

test('an administrator names and promotes others, which everybody is told, and no further than to administrator', async () => {
  const rita = await h.account(acme.org, 'rita', role.member)
  expect(await patch(admin, rita.user, { full_name: ' Rita Renamed ', role: '300' })).toEqual({})
  expect((await h.log(acme.org)).slice(-4).map(({ type, body }) => [type, body])).toEqual([
    ['user.renamed', { user_id: rita.user, full_name: 'Rita Renamed' }],
    ['user.role-changed', { user_id: rita.user, role: 300, was: 400, vantage: 2, by: admin.user }],
    ['group.members-removed', { group_id: 4, user_ids: [rita.user] }],
    ['group.members-added', { group_id: 5, user_ids: [rita.user] }],
  ])
  const seqs = (await h.log(acme.org)).map(({ seq }) => seq)
  expect(h.barriers.at(-1)).toEqual([acme.org, seqs.at(-1)])
  expect(await refusalOf(patch(admin, rita.user, { role: '100' }))).toBe(needsOwner)
  expect(await refusalOf(patch(admin, acme.user, { role: '400' }))).toBe(needsOwner)
  expect(await patch(admin, rita.user, { role: '200' })).toEqual({})
  const before = await h.log(acme.org)
  expect(await patch(admin, rita.user, { role: '200', full_name: 'Rita Renamed' })).toEqual({})
  expect(await h.log(acme.org)).toHaveLength(before.length)
})

test.each([
  [{ role: '500' }, 'REQUEST_VARIABLE_INVALID Invalid role'],
  [{ role: 'owner' }, 'REQUEST_VARIABLE_INVALID role is not valid JSON'],
  [{ full_name: 'x' }, 'BAD_REQUEST Name too short!'],
  [{ new_email: 'x@acme.example' }, 'BAD_REQUEST User not authorized to change user emails'],
  [{ profile_data: '[{"id": 3, "value": "x"}]' }, 'BAD_REQUEST Field id 3 not found.'],
])('%j changes nothing: %s', async (fields, refusal) => {
  const before = await h.log(acme.org)
  expect(await refusalOf(patch(acme, member.user, fields))).toBe(`400 ${refusal}`)
  expect(await h.log(acme.org)).toHaveLength(before.length)
})

test('who may not change accounts learns nothing of them, and nobody reaches beyond the organisation', async () => {
  for (const as of [member, guest])
    for (const id of [member.user, other.user, 999_999, 2 ** 40])
      expect(await refusalOf(patch(as, id, { role: '600' }))).toBe(needsAdmin)
  for (const id of [other.user, 999_999, 2 ** 40])
    expect(await refusalOf(patch(admin, id, { role: '600' }))).toBe('400 BAD_REQUEST No such user')
})

test('RO-01 the last owner stays one, also where two owners make each other members at the same time', async () => {
  const lone = await h.organisation('lone')
  const last = '400 BAD_REQUEST The owner permission cannot be removed from the only organization owner.'
  expect(await refusalOf(patch(lone, lone.user, { role: '200' }))).toBe(last)
  expect(await refusalOf(h.ask('deactivate-own-user', lone))).toBe(
    '400 CANNOT_DEACTIVATE_LAST_USER Cannot deactivate the only organization owner',
  )
  for (let round = 0; round < 3; round++) {
    const second = await h.account(lone.org, `second${round}`, role.owner)
    const owners = async () =>
      (
        await h.db.superuser(
          'SELECT user_id FROM auth.users WHERE org_id = $1 AND role = 100 AND is_active ORDER BY user_id',
          [lone.org],
        )
      ).map((row) => row['user_id'])
    expect(await owners()).toEqual([lone.user, second.user])
    const answers = await Promise.all([
      refusalOf(patch(lone, second.user, { role: '400' })),
      refusalOf(patch(second, lone.user, { role: '400' })),
      refusalOf(patch(second, second.user, { role: '200' })),
    ])
    expect(answers.filter((a) => a === 'not refused').length).toBeGreaterThan(0)
    const [left] = await owners()
    expect(await owners()).toHaveLength(1)
    await h.db.superuser('UPDATE auth.users SET role = 100 WHERE user_id = $1', [lone.user])
    if (left !== lone.user)
      await h.db.superuser('UPDATE auth.users SET role = 400 WHERE user_id = $1', [left])
  }
})

test('everybody but a bot and the last owner may leave, and is let back in by who may; owners by owners', async () => {
  const leaver = await h.account(acme.org, 'leaver', role.owner)
  expect(await h.ask('deactivate-own-user', leaver)).toEqual({})
  expect(await refusalOf(h.principal(leaver))).toBe('401 UNAUTHORIZED Account is deactivated')
  const back = (as: Made, id = leaver.user) =>
    refusalOf(h.ask('reactivate-user', as, {}, { user_id: String(id) }))
  expect(await back(member)).toBe(needsAdmin)
  expect(await back(admin)).toBe(needsOwner)
  expect(await back(admin, other.user)).toBe('400 BAD_REQUEST No such user')
  expect(await back(acme)).toBe('not refused')
  expect((await h.log(acme.org)).slice(-2).map(({ type, body }) => [type, body])).toEqual([
    ['user.reactivated', { user_id: leaver.user, role: 100, vantage: 2, by: acme.user }],
    ['group.members-added', { group_id: 7, user_ids: [leaver.user] }],
  ])
  const before = await h.log(acme.org)
  expect(await back(acme)).toBe('not refused')
  expect(await h.log(acme.org)).toHaveLength(before.length)
  // No credential came back; the password is still good.
  expect(await refusalOf(h.principal(leaver))).toBe('401 UNAUTHORIZED Invalid API key')
  const signedIn = { username: leaver.email, password: goodPassword }
  expect(await h.ask('fetch-api-key', null, signedIn, {}, acme.org)).toMatchObject({ user_id: leaver.user })
})

test('a bot leaves by its own door, and its owner may name it but give it no role', async () => {
  const robot = await h.account(acme.org, 'robot', role.member)
  await h.db.superuser(
    'UPDATE auth.users SET is_bot = true, bot_type = 1, bot_owner_id = $2 WHERE user_id = $1',
    [robot.user, member.user],
  )
  expect(await refusalOf(h.ask('deactivate-own-user', robot))).toBe(
    '400 BAD_REQUEST This endpoint does not accept bot requests.',
  )
  expect(await patch(member, robot.user, { full_name: 'Robby' })).toEqual({})
  expect(await refusalOf(patch(guest, robot.user, { full_name: 'Mine' }))).toBe(needsAdmin)
  expect(await refusalOf(patch(member, robot.user, { role: '200' }))).toBe(needsAdmin)
  expect(await roleOf(robot.user)).toBe(400)
})

test('a deactivated account gets another role without being in a group', async () => {
  const gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-user', acme, {}, { user_id: String(gone.user) })
  await patch(admin, gone.user, { role: '600' })
  expect((await h.log(acme.org)).at(-1)).toMatchObject({ type: 'user.role-changed', body: { role: 600 } })
  expect(await roleOf(gone.user)).toBe(600)
})
