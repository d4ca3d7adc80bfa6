import { role } from '@parley/access'
import { maxBotsOfPerson } from '@parley/api'
import { groupId, orgId, userId } from '@parley/core'
import { readActor } from '@parley/db'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { declarations } from '@parley/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let admin: Made
let member: Made
let guest: Made
let made = 0
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  admin = await h.account(acme.org, 'admin', role.admin)
  member = await h.account(acme.org, 'member', role.member)
  guest = await h.account(acme.org, 'guest', role.guest)
})
afterAll(() => h[Symbol.asyncDispose]())

const New = z.object({ user_id: z.int(), api_key: z.string().length(32) })
type Fields = Record<string, string>
const create = (as: Made, fields: Fields = {}) =>
  h.ask('create-bot', as, { full_name: 'Robbie', short_name: `robbie${made++}`, ...fields })
const bot = async (as: Made, fields: Fields = {}): Promise<Made> => {
  const short = `robbie${made++}`
  const { user_id: user, api_key: apiKey } = New.parse(await create(as, { short_name: short, ...fields }))
  return { org: as.org, user, apiKey, email: `${short}-bot@chat.example.org` }
}
const change = (as: Made, id: number, fields: Fields) =>
  h.ask('update-bot', as, fields, { bot_id: String(id) })
const end = (as: Made, id: number) => h.ask('deactivate-bot', as, {}, { bot_id: String(id) })
const rekey = (as: Made, id: number) => h.ask('regenerate-bot-api-key', as, {}, { bot_id: String(id) })
const known = async (as: Made) =>
  (await h.told(as.org, ['realm_bot'], as.user))['realm_bots'] as Record<string, unknown>[]
const person = async (id: number) =>
  (await h.ask('get-user', acme, {}, { user_id: String(id) }))['user'] as Record<string, unknown>
const permit = (fields: Record<string, number>) =>
  h.ask(
    'update-realm',
    acme,
    Object.fromEntries(Object.entries(fields).map(([key, group]) => [key, JSON.stringify({ new: group })])),
  )
/** What the log says since, with the shape that each receiver gets held against the contract. */
const since = async (seq: number) => {
  const events = (await h.log(acme.org)).filter((e) => e.seq > seq)
  for (const { type, body } of events) {
    const declaration = declarations.find((d) => d.type === type)
    const viewer = { role: 100, capabilities: {} } as Parameters<typeof shapeOf>[1]
    const shapeOf = declaration?.shape ?? (() => null)
    const shape = declaration?.wire.length ? shapeOf(declaration.body.parse(body), viewer) : null
    expect(shape && contractAvailable() ? eventFaults({ id: 1, ...shape }) : []).toEqual([])
  }
  return events
}
const head = async () => (await h.log(acme.org)).at(-1)?.seq ?? 0

test('RO-03 whoever makes a bot has its key, and nobody sees it again', async () => {
  const before = await head()
  const answer = await create(member, { full_name: ' Robbie ', short_name: 'Robbie' })
  const { user_id: id, api_key: key } = New.parse(answer)
  expect(await person(id)).toMatchObject({
    full_name: 'Robbie',
    email: 'Robbie-bot@chat.example.org',
    is_bot: true,
    bot_type: 1,
    bot_owner_id: member.user,
    role: 400,
  })
  const seen = {
    user_id: id,
    email: 'Robbie-bot@chat.example.org',
    full_name: 'Robbie',
    bot_type: 1,
    is_active: true,
    owner_id: member.user,
    api_key: '',
    avatar_url: `/avatar/${id}?version=1`,
    services: [],
    default_sending_stream: null,
    default_events_register_stream: null,
    default_all_public_streams: false,
  }
  expect(await known(member)).toEqual([seen])
  expect(await known(admin)).toEqual([seen])
  expect(await known(guest)).toEqual([])
  const events = await since(before)
  expect(events.map((e) => e.type)).toEqual([
    'user.created',
    'group.members-added',
    'account.created',
    'key.created',
    'bot.changed',
  ])
  expect(events[2]?.body).toEqual({ user_id: id, role: 400, by: member.user })
  expect(events[4]).toMatchObject({ body: { op: 'add', bot: seen } })
  expect(events[4]?.users.toSorted((a, b) => a - b)).toEqual([acme.user, admin.user, member.user])
  expect(JSON.stringify(events)).not.toContain(key)
  expect(JSON.stringify(await h.ask('get-bots', member))).not.toContain(key)
  expect(await h.ask('get-bots', member)).toMatchObject({
    bots: [{ user_id: id, username: 'Robbie-bot@chat.example.org', api_key: '' }],
  })
  expect(await h.ask('get-bots', admin)).toEqual({ bots: [] })
  const own = await h.principal({ org: acme.org, email: 'robbie-BOT@chat.example.org', apiKey: key })
  expect(own.user).toBe(id)
})

test.each([
  [{ bot_type: '3' }, 'Bots of this type are not supported by this server.'],
  [{ bot_type: '4' }, 'Bots of this type are not supported by this server.'],
  [{ bot_type: '5' }, 'Invalid bot type'],
  [{ full_name: 'x' }, 'Name too short!'],
  [{ full_name: '@all' }, 'Invalid characters in name!'],
  [{ short_name: '' }, 'Bad name or username'],
  [{ short_name: 'a@b' }, 'Bad name or username'],
  [{ short_name: 'ä' }, 'Bad name or username'],
  [{ short_name: 'ROBBIE' }, 'Username already in use.'],
  [{ default_sending_stream: 'Tea' }, 'default_sending_stream is not supported.'],
  [{ default_events_register_stream: 'Tea' }, 'default_events_register_stream is not supported.'],
  [{ default_all_public_streams: 'true' }, 'default_all_public_streams is not supported.'],
])('%j makes no bot: %s', async (fields: Fields, refusal) => {
  expect(await refusalOf(create(member, fields))).toBe(`400 BAD_REQUEST ${refusal}`)
})

test('who makes bots is a person whom the organisation lets', async () => {
  const robbie = await bot(member)
  expect(await refusalOf(create(guest))).toBe('400 BAD_REQUEST Not allowed for guest users')
  expect(await refusalOf(create(robbie))).toBe('400 BAD_REQUEST This endpoint does not accept bot requests.')
  expect(await refusalOf(h.ask('get-bots', guest))).toBe('400 BAD_REQUEST Insufficient permission')
  await permit({ can_create_bots_group: 6 })
  expect(await refusalOf(create(member))).toBe('400 BAD_REQUEST Insufficient permission')
  await bot(member, { bot_type: '2' })
  await permit({ can_create_write_only_bots_group: 6 })
  expect(await refusalOf(create(member, { bot_type: '2' }))).toBe('400 BAD_REQUEST Insufficient permission')
  await bot(admin, { bot_type: '2' })
  // Its right to make one more is gone, what it has stays.
  await change(member, robbie.user, { full_name: 'Robert' })
  await permit({ can_create_bots_group: 3, can_create_write_only_bots_group: 3 })
})

test('for all but its owner and administrators there is no such bot', async () => {
  const robbie = await bot(member)
  const stranger = await h.account(acme.org, 'stranger', role.moderator)
  const none = '400 BAD_REQUEST No such bot'
  for (const ask of [end, rekey, (as: Made, id: number) => change(as, id, { full_name: 'Mine' })]) {
    for (const id of [robbie.user, member.user, 0, 2 ** 40])
      expect(await refusalOf(ask(stranger, id))).toBe(none)
    for (const id of [member.user, admin.user, 2 ** 40]) expect(await refusalOf(ask(acme, id))).toBe(none)
    expect(await refusalOf(ask(other, robbie.user))).toBe(none)
  }
  const user = { user_id: String(robbie.user) }
  expect(await refusalOf(h.ask('deactivate-user', acme, {}, user))).toBe('400 BAD_REQUEST No such user')
  expect((await person(robbie.user))['is_active']).toBe(true)
})

test('bots that nobody owns are the server’s', async () => {
  const [row] = await h.db.superuser(
    `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, is_bot, bot_type, date_joined)
     VALUES ($1, 'server@x.example', 'server@x.example', 'Server', 400, true, 1, now()) RETURNING user_id`,
    [acme.org],
  )
  const id = z.object({ user_id: z.int() }).parse(row).user_id
  for (const ask of [end, rekey]) expect(await refusalOf(ask(acme, id))).toBe('400 BAD_REQUEST No such bot')
  expect((await known(acme)).some((b) => b['user_id'] === id)).toBe(false)
})

test('a bot is renamed by its owner and administrators, by either way', async () => {
  const robbie = await bot(member)
  const before = await head()
  expect(await change(member, robbie.user, { full_name: 'Robert' })).toEqual({
    full_name: 'Robert',
    avatar_url: `/avatar/${robbie.user}?version=1`,
    default_sending_stream: null,
    default_events_register_stream: null,
    default_all_public_streams: false,
  })
  await h.ask('update-user', admin, { full_name: 'Bob' }, { user_id: String(robbie.user) })
  await change(admin, robbie.user, { full_name: 'Bob' })
  const told = (await since(before)).filter((e) => e.type === 'bot.changed')
  expect(told.map((e) => e.body)).toEqual([
    { op: 'update', bot: { user_id: robbie.user, full_name: 'Robert' } },
    { op: 'update', bot: { user_id: robbie.user, full_name: 'Bob' } },
  ])
  expect((await known(member)).find((b) => b['user_id'] === robbie.user)).toMatchObject({ full_name: 'Bob' })
})

test('a bot leaves its settings, name and key to its owner', async () => {
  const robbie = await bot(member)
  expect(await refusalOf(h.ask('regenerate-api-key', robbie))).toBe(
    '400 BAD_REQUEST This endpoint does not accept bot requests.',
  )
  expect(await refusalOf(h.ask('update-settings', robbie, { full_name: 'Free' }))).toBe(
    '400 BAD_REQUEST This endpoint does not accept bot requests.',
  )
})

test('BO-02 no bot is above its owner or whoever changes it', async () => {
  const mod = await h.account(acme.org, 'mod', role.moderator)
  const robbie = await bot(mod)
  const roles = (as: Made, to: number) => refusalOf(change(as, robbie.user, { role: String(to) }))
  const above = '400 BAD_REQUEST Bots may not have more permissions than their owner.'
  expect(await roles(mod, role.admin)).toBe(above)
  expect(await roles(acme, role.admin)).toBe(above)
  const byUsers = h.ask('update-user', acme, { role: '200' }, { user_id: String(robbie.user) })
  expect(await refusalOf(byUsers)).toBe(above)
  expect(await roles(mod, role.moderator)).toBe('not refused')
  const before = await head()
  await h.ask('update-user', acme, { role: String(role.guest) }, { user_id: String(mod.user) })
  expect(await person(robbie.user)).toMatchObject({ role: 600 })
  const lowered = (await since(before)).filter((e) => e.type === 'user.role-changed')
  expect(lowered.map((e) => e.body)).toMatchObject([
    { user_id: mod.user, role: 600, was: 300, by: acme.user },
    { user_id: robbie.user, role: 600, was: 300, by: acme.user },
  ])
  expect(lowered.every((e) => e.revokes)).toBe(true)
})

test('BO-02 an ended bot keeps its role, and does not come back above its owner', async () => {
  const mod = await h.account(acme.org, 'mod2', role.moderator)
  const robbie = await bot(mod)
  await change(mod, robbie.user, { role: '300' })
  await end(mod, robbie.user)
  await h.ask('update-user', acme, { role: '400' }, { user_id: String(mod.user) })
  expect(await person(robbie.user)).toMatchObject({ role: 300, is_active: false })
  const back = () => refusalOf(h.ask('reactivate-user', acme, {}, { user_id: String(robbie.user) }))
  expect(await back()).toBe('400 BAD_REQUEST Bots may not have more permissions than their owner.')
  await change(acme, robbie.user, { role: '400' })
  expect(await back()).toBe('not refused')
})

test('an administrator does not get at what stands above', async () => {
  const robbie = await bot(acme)
  await change(acme, robbie.user, { role: '100' })
  const owners = '400 UNAUTHORIZED_PRINCIPAL Must be an organization owner'
  for (const ask of [end, rekey, (as: Made, id: number) => change(as, id, { role: '400' })])
    expect(await refusalOf(ask(admin, robbie.user))).toBe(owners)
  // It is nobody's last owner.
  expect(await refusalOf(h.ask('deactivate-own-user', acme))).toContain('CANNOT_DEACTIVATE_LAST_USER')
  await end(acme, robbie.user)
})

test('a new key ends the old one, whoever asks for it', async () => {
  const robbie = await bot(member)
  for (const as of [member, admin]) {
    const waited = h.barriers.length
    const old = New.shape.api_key.parse((await rekey(as, robbie.user))['api_key'])
    expect(h.barriers.length).toBeGreaterThan(waited)
    expect((await h.log(acme.org)).at(-1)).toMatchObject({
      type: 'key.regenerated',
      body: { user_id: robbie.user, by: as.user },
    })
    expect((await h.principal({ ...robbie, apiKey: old })).user).toBe(robbie.user)
    await rekey(as, robbie.user)
    expect(await refusalOf(h.principal({ ...robbie, apiKey: old }))).toBe('401 UNAUTHORIZED Invalid API key')
  }
  expect(await refusalOf(h.principal(robbie))).toBe('401 UNAUTHORIZED Invalid API key')
})

test('an ended bot does nothing, and comes back by who may make one, without a key', async () => {
  const robbie = await bot(member)
  const before = await head()
  await end(member, robbie.user)
  const events = await since(before)
  expect(events.map(({ type, body }) => [type, body])).toMatchObject([
    ['user.deactivated', { user_id: robbie.user, by: member.user }],
    ['bot.changed', { op: 'update', bot: { user_id: robbie.user, is_active: false } }],
  ])
  expect(await refusalOf(h.principal(robbie))).toBe('401 UNAUTHORIZED Account is deactivated')
  await end(member, robbie.user)
  expect(await head()).toBe(before + 2)
  expect(await refusalOf(rekey(member, robbie.user))).toBe('400 BAD_REQUEST Account is deactivated')
  const back = (as: Made) => refusalOf(h.ask('reactivate-user', as, {}, { user_id: String(robbie.user) }))
  expect(await back(member)).toBe('400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator')
  await permit({ can_create_bots_group: 7 })
  expect(await back(admin)).toBe('400 BAD_REQUEST Insufficient permission')
  await permit({ can_create_bots_group: 3 })
  expect(await back(admin)).toBe('not refused')
  expect((await known(member)).find((b) => b['user_id'] === robbie.user)).toMatchObject({ is_active: true })
  expect(await refusalOf(h.principal(robbie))).toBe('401 UNAUTHORIZED Invalid API key')
})

test('whoever asks is known with the owner, if it is a bot', async () => {
  const robbie = await bot(member)
  const ownerOf = ({ org, email, apiKey }: Made) =>
    h.call('auth.authenticate', { scheme: 'basic', org, email, apiKey })
  expect(await ownerOf(robbie)).toMatchObject({ botOwner: member.user })
  expect(await ownerOf(member)).toMatchObject({ botOwner: null })
})

test('a bot is given to who may have it, and its keys end with it', async () => {
  const heir = await h.account(acme.org, 'heir', role.member)
  const robbie = await bot(member)
  const give = (as: Made, to: number) => change(as, robbie.user, { bot_owner_id: String(to) })
  const failed = (why: string) => `400 BAD_REQUEST Failed to change owner, ${why}`
  const second = await bot(member)
  expect(await refusalOf(give(member, second.user))).toBe(failed("bots can't own other bots"))
  expect(await refusalOf(give(member, 2 ** 40))).toBe(failed('no such user'))
  expect(await refusalOf(give(member, other.user))).toBe(failed('no such user'))
  expect(await refusalOf(give(member, guest.user))).toBe(failed('user may not have such bots'))
  const gone = await h.account(acme.org, 'gone', role.member)
  await h.ask('deactivate-own-user', gone)
  expect(await refusalOf(give(member, gone.user))).toBe(failed('user is deactivated'))
  const before = await head()
  expect(await give(member, heir.user)).toMatchObject({ bot_owner: 'heir@acme.example' })
  const events = await since(before)
  expect(events.map(({ type, body, users }) => [type, body, users])).toMatchObject([
    ['bot.given', { user_id: robbie.user, owner_id: heir.user, was: member.user, by: member.user }, []],
    ['bot.changed', { op: 'delete' }, [member.user]],
    ['bot.changed', { op: 'add', bot: { owner_id: heir.user } }, [heir.user]],
    ['bot.changed', { op: 'update', bot: { owner_id: heir.user } }, [acme.user, admin.user]],
  ])
  expect(await refusalOf(h.principal(robbie))).toBe('401 UNAUTHORIZED Invalid API key')
  expect(await refusalOf(rekey(member, robbie.user))).toBe('400 BAD_REQUEST No such bot')
  expect((await known(heir)).map((b) => b['user_id'])).toEqual([robbie.user])
  expect(await person(robbie.user)).toMatchObject({ bot_owner_id: heir.user })
})

test('what a bot was to send later ends when it is given away: its former owner wrote it', async () => {
  const heir = await h.account(acme.org, 'later', role.member)
  const [robbie, another] = [await bot(member), await bot(member)]
  for (const [who, about] of [
    [robbie.user, null],
    [robbie.user, 7],
    [another.user, null],
  ])
    await h.db.superuser(
      `INSERT INTO messaging.scheduled (org_id, user_id, user_ids, topic, content, rendered, client, url, sender_read,
         deliver_at, next_try_at, about)
       VALUES ($1, $2, ARRAY[$2::integer], '', 'x', 'x', 'bot', '', true, now(), now(), $3)`,
      [acme.org, who, about],
    )
  const before = await head()
  await change(member, robbie.user, { bot_owner_id: String(heir.user) })
  const told = (await since(before)).filter(({ type }) => /^(?:scheduled|reminder)/.test(type))
  expect(told.map(({ type, body, users }) => [type, body, users])).toMatchObject([
    ['scheduled.changed', { op: 'remove' }, [robbie.user]],
    ['reminder.changed', { op: 'remove' }, [robbie.user]],
  ])
  expect(
    await h.db.superuser('SELECT user_id FROM messaging.scheduled WHERE org_id = $1', [acme.org]),
  ).toEqual([{ user_id: another.user }])
})

test('BO-02 a bot that is a full member is given to nobody who still waits to be one', async () => {
  const heir = await h.account(acme.org, 'young', role.member)
  const robbie = await bot(member)
  const joined = (who: number, days: number) =>
    h.db.superuser(
      'UPDATE auth.users SET date_joined = now() - make_interval(days => $3) WHERE org_id = $1 AND user_id = $2',
      [acme.org, who, days],
    )
  await joined(member.user, 10)
  await joined(robbie.user, 5)
  await joined(heir.user, 1)
  await h.ask('update-realm', acme, { waiting_period_threshold: '3' })
  const give = () => change(member, robbie.user, { bot_owner_id: String(heir.user) })
  expect(await refusalOf(give())).toMatch(/^400 BAD_REQUEST /)
  expect(await person(robbie.user)).toMatchObject({ bot_owner_id: member.user })
  await joined(heir.user, 4)
  await give()
  expect(await person(robbie.user)).toMatchObject({ bot_owner_id: heir.user })
  // Whom its owner waits with, also where they wait longer than they did when they got it.
  const full = async (days: number): Promise<boolean[]> => {
    await h.ask('update-realm', acme, { waiting_period_threshold: String(days) })
    return (await h.db.as('streams')).read(orgId(acme.org), async (tx) => {
      const [own, all] = [await readActor(tx, userId(robbie.user)), await readActor(tx, userId(heir.user))]
      return [own, all].map(({ actor }) => actor?.groups.has(groupId(4)) ?? false)
    })
  }
  expect(await joined(robbie.user, 30)).toEqual([])
  expect([await full(3), await full(10), await full(40)]).toEqual([
    [true, true],
    [false, false],
    [false, false],
  ])
  await h.ask('update-realm', acme, { waiting_period_threshold: '0' })
})

test('AU-12 who is taken out of use takes all their bots along, and none comes back alone', async () => {
  const chief = await h.account(acme.org, 'chief', role.admin)
  const bots = [await bot(chief), await bot(chief), await bot(chief, { bot_type: '2' })]
  const ended = bots[2]
  await end(chief, ended?.user ?? 0)
  const before = await head()
  const waited = h.barriers.length
  await h.ask('deactivate-user', acme, {}, { user_id: String(chief.user) })
  expect(h.barriers.length).toBe(waited + 1)
  const events = await since(before)
  const gone = events.filter((e) => e.type === 'user.deactivated')
  expect(gone.map((e) => (e.body as { user_id: number }).user_id)).toEqual([
    chief.user,
    bots[0]?.user,
    bots[1]?.user,
  ])
  for (const one of bots)
    expect(await refusalOf(h.principal(one))).toBe('401 UNAUTHORIZED Account is deactivated')
  const back = { user_id: String(bots[0]?.user) }
  expect(await refusalOf(h.ask('reactivate-user', acme, {}, back))).toBe(
    '400 BAD_REQUEST The owner of this bot is deactivated.',
  )
  await change(acme, bots[0]?.user ?? 0, { bot_owner_id: String(member.user) })
  await h.ask('reactivate-user', acme, {}, back)
  expect(await person(bots[0]?.user ?? 0)).toMatchObject({ is_active: true, bot_owner_id: member.user })
})

test('the bots of one person are bounded, and all of them end at once', async () => {
  const keen = await h.account(acme.org, 'keen', role.member)
  await h.db.superuser(
    `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, is_bot, bot_type, bot_owner_id, date_joined)
     SELECT $1, n || '-many@x.example', n || '-many@x.example', 'Many', 400, true, 1, $2, now()
     FROM generate_series(1, $3) n`,
    [acme.org, keen.user, maxBotsOfPerson],
  )
  expect(await refusalOf(create(keen))).toBe('400 BAD_REQUEST Too many bots.')
  const robbie = await bot(member)
  expect(await refusalOf(change(member, robbie.user, { bot_owner_id: String(keen.user) }))).toBe(
    '400 BAD_REQUEST Too many bots.',
  )
  const [first] = await h.db.superuser(
    'SELECT min(user_id) AS id FROM auth.users WHERE org_id = $1 AND bot_owner_id = $2',
    [acme.org, keen.user],
  )
  const other = await bot(acme)
  const named = (id: unknown) => ({ user_id: String(id) })
  await end(acme, z.int().parse(first?.['id']))
  await change(acme, other.user, { bot_owner_id: String(keen.user) })
  expect(await refusalOf(h.ask('reactivate-user', acme, {}, named(first?.['id'])))).toBe(
    '400 BAD_REQUEST Too many bots.',
  )
  const before = await head()
  await h.ask('deactivate-own-user', keen)
  const ended = (await since(before)).filter((e) => e.type === 'user.deactivated')
  expect(ended).toHaveLength(maxBotsOfPerson + 1)
})
