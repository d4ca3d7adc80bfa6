import { role } from '@parley/access'
import { contractAvailable, contractFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

const Bots = z.object({
  cross_realm_bots: z.array(z.looseObject({ user_id: z.int(), email: z.string(), full_name: z.string() })),
})

let h: Harness
let acme: Made
let bot: number
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  bot = Number((await botsOf(acme.org)).cross_realm_bots[0]?.user_id)
})
afterAll(() => h[Symbol.asyncDispose]())

const botsOf = async (org: number, user?: number) => Bots.parse(await h.told(org, ['realm_user'], user))
const address = 'notification-bot@parley.invalid'

test('every organisation has one of its own, which everybody is told of apart from people', async () => {
  const other = await h.organisation('other')
  const [theirs] = (await botsOf(other.org)).cross_realm_bots
  expect(theirs?.user_id).not.toBe(bot)
  const guest = await h.account(acme.org, 'gus', role.guest)
  await h.ask('update-realm', acme, {
    can_access_all_users_group: JSON.stringify({ new: 3 }),
  })
  const told = await h.told(acme.org, ['realm_user', 'realm_user_groups'], guest.user)
  expect(Bots.parse(told).cross_realm_bots).toEqual([
    {
      user_id: bot,
      email: address,
      delivery_email: address,
      full_name: 'Notification Bot',
      date_joined: expect.any(String) as string,
      is_active: true,
      is_owner: false,
      is_admin: false,
      is_guest: false,
      is_bot: true,
      is_system_bot: true,
      bot_type: 1,
      bot_owner_id: null,
      role: 400,
      timezone: '',
      avatar_url: `/avatar/${bot}?version=1`,
      avatar_version: 1,
      is_imported_stub: false,
    },
  ])
  const { cross_realm_bots: _, ...rest } = told
  const ids = z.object({
    realm_users: z.array(z.object({ user_id: z.int() })),
    realm_user_groups: z.array(z.object({ members: z.array(z.int()) })),
  })
  const { realm_users: people, realm_user_groups: groups } = ids.parse(rest)
  expect(people.map((person) => person.user_id)).not.toContain(bot)
  expect(groups.flatMap((group) => group.members)).not.toContain(bot)
  const { members } = z
    .object({ members: z.array(z.object({ user_id: z.int() })) })
    .parse(await h.ask('get-users', acme))
  expect(members.map((person) => person.user_id)).not.toContain(bot)
})

test.runIf(contractAvailable())('what is told of it fits the contract', async () => {
  const told = { result: 'success', msg: '', ...(await h.told(acme.org, ['realm_user'])) }
  expect(contractFaults('POST', '/register', 200, told)).toEqual([])
})

test('nobody signs in as it, and no credential can be of it', async () => {
  const signingIn = (username: string): Promise<string> =>
    refusalOf(h.ask('fetch-api-key', null, { username, password: goodPassword }, {}, acme.org))
  expect(await signingIn(address)).toBe(await signingIn('x@y.zz'))
  const as = { scheme: 'basic', org: acme.org, email: address, apiKey: acme.apiKey }
  expect(await refusalOf(h.call('auth.authenticate', as))).toBe('401 UNAUTHORIZED Invalid API key')
  const principal = { org: acme.org, user: bot, generation: 1, credential: 'key:1' }
  expect(await refusalOf(h.ask('get-own-user', principal))).toContain('401 UNAUTHORIZED')
  const key = h.db.superuser(
    `INSERT INTO auth.api_keys (org_id, user_id, sha256, created_at)
     VALUES ($1, $2, sha256('x'), now())`,
    [acme.org, bot],
  )
  await expect(key).rejects.toThrow('api_keys_org_id_user_id_fkey')
})

test('to whoever would change it or put it somewhere, it is nobody', async () => {
  const nobody = bot + 1000
  const at = (id: number) => ({ user_id: String(id) })
  const changes: readonly (readonly [string, Record<string, string>])[] = [
    ['get-user', {}],
    ['update-user', { full_name: 'Mallory' }],
    ['update-user', { role: '600' }],
    ['deactivate-user', {}],
    ['reactivate-user', {}],
  ]
  for (const [op, fields] of changes) {
    const told = await refusalOf(h.ask(op, acme, fields, at(bot)))
    expect([op, told]).toEqual([op, '400 BAD_REQUEST No such user'])
    expect([op, told]).toEqual([op, await refusalOf(h.ask(op, acme, fields, at(nobody)))])
  }
  const group = (id: number) =>
    refusalOf(h.ask('create-user-group', acme, { name: 'bots', description: '', members: `[${id}]` }))
  expect(await group(bot)).toBe(`400 BAD_REQUEST Invalid user ID: ${bot}`)
  const given = {
    can_create_groups: JSON.stringify({ new: { direct_members: [bot], direct_subgroups: [] } }),
  }
  expect(await refusalOf(h.ask('update-realm', acme, given))).toBe(`400 BAD_REQUEST Invalid user ID: ${bot}`)
})

test('organisations from before it are given one', async () => {
  await h.db.superuser('DELETE FROM auth.system_bots WHERE org_id = $1', [acme.org])
  expect((await botsOf(acme.org)).cross_realm_bots).toEqual([])
  // What the migration does for those that there are.
  await h.db.superuser(
    `INSERT INTO auth.system_bots (org_id, date_joined)
     SELECT org_id, created_at FROM auth.organisations ORDER BY org_id ON CONFLICT DO NOTHING`,
  )
  expect((await botsOf(acme.org)).cross_realm_bots).toHaveLength(1)
})
