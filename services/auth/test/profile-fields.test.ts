import { role } from '@parley/access'
import { maxProfileFields } from '@parley/api'
import { orgId } from '@parley/core'
import { hold, profileChanged, profileFieldsSet } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let admin: Made
let member: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  member = await h.account(acme.org, 'member', role.member)
})
afterAll(() => h[Symbol.asyncDispose]())

const json = (fields: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(fields).map(([k, v]) => [k, typeof v === 'string' ? v : JSON.stringify(v)]),
  )
const create = async (fields: Record<string, unknown>, as = admin) =>
  z.int().parse((await h.ask('create-custom-profile-field', as, json({ field_type: 1, ...fields })))['id'])
const update = (id: number, fields: Record<string, unknown>, as = admin) =>
  h.ask('update-custom-profile-field', as, json(fields), { field_id: String(id) })
const remove = (id: number, as = admin) =>
  h.ask('remove-custom-profile-field', as, {}, { field_id: String(id) })
const fill = (as: Made, ...data: unknown[]) => h.ask('update-profile-data', as, json({ data }))
const fillOf = (as: Made, user: number, ...profile_data: unknown[]) =>
  h.ask('update-user', as, json({ profile_data }), { user_id: String(user) })
const Profile = z.record(z.string(), z.object({ value: z.string(), rendered_value: z.string().optional() }))
const profileOf = async (user: number) => {
  const answer = await h.ask(
    'get-user',
    acme,
    { include_custom_profile_fields: 'true' },
    { user_id: String(user) },
  )
  return Profile.parse((answer['user'] as Record<string, unknown>)['profile_data'])
}
const fields = async (as = member) =>
  z
    .array(z.looseObject({ id: z.int(), order: z.int() }))
    .parse((await h.ask('get-custom-profile-fields', as))['custom_fields'])
const tail = async (n: number) => (await h.log(acme.org)).slice(-n)
const faults = (shape: object | null): string[] =>
  contractAvailable() ? eventFaults({ id: 1, ...shape }) : []
const headAwaited = () =>
  vi.waitFor(async () => {
    const [row] = await h.db.superuser(
      `SELECT count(*)::integer AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(row?.['n']).toBe(1)
  }, 10_000)
const viewer = {} as Parameters<typeof profileChanged.shape>[1]

test('administrators keep the fields of profiles, and everybody is told', async () => {
  const id = await create({ name: 'Team', hint: 'Which?' })
  const whole = {
    id,
    type: 1,
    order: 1,
    name: 'Team',
    hint: 'Which?',
    field_data: '',
    display_in_profile_summary: false,
    required: false,
    editable_by_user: true,
  }
  expect(await fields()).toEqual([whole])
  const [act, told] = await tail(2)
  expect([act?.type, act?.body]).toEqual([
    'organisation.list-changed',
    { list: 'profile_fields', op: 'add', id, by: admin.user },
  ])
  expect([told?.type, told?.body]).toEqual(['profile-fields.set', { fields: [whole] }])
  expect(faults(profileFieldsSet.shape(profileFieldsSet.body.parse(told?.body), viewer))).toEqual([])
  expect(await h.told(acme.org, ['custom_profile_fields'])).toMatchObject({
    custom_profile_fields: [whole],
    custom_profile_field_types: { SHORT_TEXT: { id: 1 }, PRONOUNS: { id: 8 } },
  })
  expect(await fields(other)).toEqual([])

  const second = await create({ name: 'Boss', field_type: 6 })
  const order = [second, id]
  await h.ask('reorder-custom-profile-fields', admin, json({ order }))
  expect((await fields()).map((field) => [field.id, field.order])).toEqual([
    [second, 1],
    [id, 2],
  ])
  const { length } = await h.log(acme.org)
  await h.ask('reorder-custom-profile-fields', admin, json({ order }))
  await update(id, { name: 'Team', required: false })
  expect(await h.log(acme.org)).toHaveLength(length)
  await update(id, { required: true, display_in_profile_summary: true, name: 'Crew' })
  expect((await fields())[1]).toMatchObject({
    required: true,
    name: 'Crew',
    display_in_profile_summary: true,
  })
  await remove(second)
  await remove(id)
  expect(await fields()).toEqual([])
})

test('nobody else does, and nothing is done to what is not there', async () => {
  const id = await create({ name: 'Shoes' })
  const admins = '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator'
  expect(await refusalOf(create({ name: 'Mine' }, member))).toBe(admins)
  expect(await refusalOf(update(id, { name: 'Mine' }, member))).toBe(admins)
  expect(await refusalOf(remove(id, member))).toBe(admins)
  expect(await refusalOf(h.ask('reorder-custom-profile-fields', member, { order: `[${id}]` }))).toBe(admins)
  expect(await refusalOf(h.ask('reorder-custom-profile-fields', admin, { order: '[]' }))).toBe(
    '400 BAD_REQUEST Invalid order mapping.',
  )
  for (const far of [id + 1000, 10 ** 12]) {
    const missing = `404 NOT_FOUND Field id ${far} not found.`
    expect(await refusalOf(update(far, { name: 'x' }))).toBe(missing)
    expect(await refusalOf(remove(far))).toBe(missing)
    expect(await refusalOf(fill(member, { id: far, value: 'x' }))).toBe(
      `400 BAD_REQUEST Field id ${far} not found.`,
    )
  }
  expect(
    await refusalOf(h.ask('remove-custom-profile-field', other, {}, { field_id: String(id) })),
  ).toContain('404')
  await remove(id)
})

test('people fill in their profile, and take out of it', async () => {
  const text = await create({ name: 'Motto' })
  const people = await create({ name: 'Friends', field_type: 6 })
  await fill(member, { id: text, value: '**hi** @**all** $$x$$' }, { id: people, value: [admin.user] })
  const profile = await profileOf(member.user)
  expect(profile).toMatchObject({
    [text]: { value: '**hi** @**all** $$x$$' },
    [people]: { value: `[${admin.user}]` },
  })
  expect(profile[text]?.rendered_value).toContain('<strong>hi</strong>')
  expect(profile[text]?.rendered_value).toContain('<span class="strut"')
  expect((await h.ask('get-own-user', member))['profile_data']).toEqual(profile)
  const list = await h.ask('get-users', acme, { include_custom_profile_fields: 'true' })
  expect(list['members']).toEqual(
    expect.arrayContaining([expect.objectContaining({ user_id: member.user, profile_data: profile })]),
  )
  const told = z
    .array(z.looseObject({ user_id: z.int(), profile_data: Profile.optional() }))
    .parse((await h.told(acme.org, ['realm_user']))['realm_users'])
  expect(told.find((one) => one.user_id === member.user)?.profile_data).toEqual(profile)
  const [event] = await tail(1)
  const body = profileChanged.body.parse(event?.body)
  expect(body).toEqual({
    user_id: member.user,
    field: { id: people, value: `[${admin.user}]`, rendered_value: null },
  })
  expect(faults(profileChanged.shape(body, viewer))).toEqual([])

  const { length } = await h.log(acme.org)
  await fill(member, { id: people, value: [admin.user] })
  expect(await h.log(acme.org)).toHaveLength(length)
  await h.ask('remove-profile-data', member, { data: `[${people}]` })
  await h.ask('remove-profile-data', member, { data: `[${people}]` })
  expect(Object.keys(await profileOf(member.user))).toEqual([String(text)])
  expect((await tail(1))[0]?.body).toMatchObject({ field: { id: people, value: null } })
  await remove(text)
  expect(await profileOf(member.user)).toEqual({})
  await remove(people)
})

test('profiles name people who are there', async () => {
  const people = await create({ name: 'Boss', field_type: 6 })
  const gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-user', acme, {}, { user_id: String(gone.user) })
  const named = (user: number) => refusalOf(fill(member, { id: people, value: [user] }))
  expect(await named(gone.user)).toBe(`400 BAD_REQUEST User with ID ${gone.user} is deactivated`)
  expect(await named(other.user)).toBe(`400 BAD_REQUEST Invalid user ID: ${other.user}`)
  expect(await named(10 ** 12)).toBe(`400 BAD_REQUEST Invalid user ID: ${10 ** 12}`)
  await h.db.superuser('UPDATE auth.users SET is_bot = true, is_active = true WHERE user_id = $1', [
    gone.user,
  ])
  expect(await named(gone.user)).toBe(`400 BAD_REQUEST User with ID ${gone.user} is a bot`)
  const given = { id: people, value: [admin.user] }
  expect(await refusalOf(fillOf(admin, gone.user, given))).toBe('400 BAD_REQUEST Bots have no profile')
  await remove(people)
})

test('administrators fill in others’ profiles, and what is theirs alone', async () => {
  const id = await create({ name: 'Rank', editable_by_user: false })
  const closed =
    '400 BAD_REQUEST You are not allowed to change this field. Contact an administrator to update it.'
  expect(await refusalOf(fill(member, { id, value: 'General' }))).toBe(closed)
  await fillOf(admin, member.user, { id, value: 'Private' })
  expect(await profileOf(member.user)).toMatchObject({ [id]: { value: 'Private' } })
  expect(await refusalOf(h.ask('remove-profile-data', member, { data: `[${id}]` }))).toBe(closed)
  await fillOf(admin, member.user, { id, value: null })
  expect(await profileOf(member.user)).toEqual({})
  expect(await refusalOf(fillOf(member, admin.user, { id, value: 'x' }))).toContain('UNAUTHORIZED_PRINCIPAL')
  await fillOf(admin, member.user)
  await remove(id)
})

test('an option that goes is taken out of the profiles that have it', async () => {
  const option = (text: string) => ({ text, order: '1' })
  const id = await create({
    name: 'Editor',
    field_type: 3,
    field_data: { v: option('Vim'), e: option('Emacs') },
  })
  await fill(member, { id, value: 'v' })
  await fill(admin, { id, value: 'e' })
  await update(id, { field_data: { e: option('GNU Emacs') } })
  expect(await profileOf(member.user)).toEqual({})
  expect(await profileOf(admin.user)).toEqual({ [id]: { value: 'e' } })
  expect((await tail(1))[0]?.body).toEqual({
    user_id: member.user,
    field: { id, value: null, rendered_value: null },
  })
  await h.db.superuser(
    `INSERT INTO auth.profile_values (org_id, user_id, field_id, value) SELECT $1, -n, $2, 'e' FROM generate_series(1, 1000) AS n`,
    [acme.org, id],
  )
  expect(await refusalOf(update(id, { field_data: { v: option('Vim') } }))).toBe(
    '400 BAD_REQUEST Too many people have chosen what would be taken away',
  )
  await remove(id)
})

test('of a field that goes nothing is seen, though much of it goes later', async () => {
  const id = await create({ name: 'Pet' })
  const kept = await create({ name: 'Plant', field_type: 8 })
  await fill(member, { id, value: 'Cat' }, { id: kept, value: 'Fern' }, { id: kept, value: 'Moss' })
  await h.db.superuser(
    `INSERT INTO auth.profile_values (org_id, user_id, field_id, value) SELECT $1, -n, $2, 'Dog' FROM generate_series(1, 500) AS n`,
    [acme.org, id],
  )
  await remove(id)
  const left = () =>
    h.db.superuser('SELECT user_id::integer, value FROM auth.profile_values WHERE field_id = $1', [id])
  expect(await left()).toEqual([{ user_id: member.user, value: 'Cat' }])
  const moss = { [kept]: { value: 'Moss' } }
  expect(await profileOf(member.user)).toEqual(moss)
  expect((await h.ask('get-own-user', member))['profile_data']).toEqual(moss)
  await fill(member, { id: kept, value: 'Moss' })
  expect(await left()).toEqual([])
  await remove(kept)
})

test('a field is taken away behind the head, which writers of profiles take first', async () => {
  const id = await create({ name: 'Pet' })
  await fill(member, { id, value: 'Cat' })
  const removing = await h.auth.write(orgId(acme.org), async (tx) => {
    await hold(tx, null)
    const asked = remove(id)
    // It waits for the head and has locked no value: else this would wait for it for good.
    await headAwaited()
    await tx.execute('SELECT FROM auth.profile_values WHERE field_id = $1 FOR UPDATE NOWAIT', [id])
    return { asked }
  })
  await removing.asked
  expect(await profileOf(member.user)).toEqual({})
})

test('there are only so many fields', async () => {
  const made = []
  for (let i = 0; i < maxProfileFields; i++) made.push(await create({ name: `Field ${i}` }))
  expect(await refusalOf(create({ name: 'More' }))).toBe(
    `400 BAD_REQUEST Too many fields (limit: ${maxProfileFields})`,
  )
  for (const id of made) await remove(id)
})

test('a profile with formulas in more fields than a person has places before the renderer is saved', async () => {
  const many = await h.organisation('many')
  const owner = await h.account(many.org, 'owner', role.owner)
  const data = []
  for (let n = 0; n < 12; n++)
    data.push({ id: await create({ name: `field ${n}` }, owner), value: `$$x_{${n}}$$` })
  await fill(owner, ...data)
  const profile = Object.values(Profile.parse((await h.ask('get-own-user', owner))['profile_data']))
  const typeset = profile.filter(({ rendered_value: html }) => html?.includes('<span class="katex">'))
  expect(typeset).toHaveLength(12)
})
