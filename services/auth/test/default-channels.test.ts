import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, harness, type Made } from './harness.ts'

let h: Harness
let acme: Made
const lobby = 4711

beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  await h.db.superuser(
    `WITH r AS (
       INSERT INTO messaging.recipients (org_id, channel_id) VALUES ($1, $2) RETURNING org_id, channel_id, recipient_id)
     INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
       history_public_to_subscribers, created_at, is_default)
     SELECT org_id, channel_id, recipient_id, 'lobby', 'lobby', false, true, now(), true FROM r`,
    [acme.org, lobby],
  )
})
afterAll(() => h[Symbol.asyncDispose]())

const membersOf = async (): Promise<unknown[]> =>
  (await h.db.superuser('SELECT user_id FROM streams.subscriptions ORDER BY user_id')).map(
    (row) => row['user_id'],
  )

test('a new account is in the default channels, a guest in none; the operator is nobody', async () => {
  const ada = await h.account(acme.org, 'Ada', role.member)
  const last = (await h.log(acme.org)).slice(-3)
  expect(last.map((e) => e.type)).toEqual(['key.created', 'peer.added', 'membership.granted'])
  expect(last[2]?.body).toEqual({ channel_id: lobby, user_ids: [ada.user], by: null })
  const before = (await h.log(acme.org)).length
  await h.account(acme.org, 'Guest', role.guest)
  expect((await h.log(acme.org)).slice(before).map((e) => e.type)).not.toContain('membership.granted')
  expect(await membersOf()).toEqual([ada.user])
})

test('guests in a default channel follow its list, as long as they are in it and in use', async () => {
  const guest = await h.account(acme.org, 'Gast', role.guest)
  const toldOf = async (name: string): Promise<unknown> => {
    const before = (await h.log(acme.org)).length
    await h.account(acme.org, name, role.member)
    return (await h.log(acme.org)).slice(before).find((e) => e.type === 'peer.added-within')?.body
  }
  expect(await toldOf('Cy')).toBeUndefined()
  await h.db.superuser(
    `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at) VALUES ($1, $2, $3, '#000000', now())`,
    [acme.org, lobby, guest.user],
  )
  expect(await toldOf('Dee')).toMatchObject({ channel_id: lobby, guests_only: true })
  await h.db.superuser('UPDATE auth.users SET is_active = false WHERE user_id = $1', [guest.user])
  expect(await toldOf('Eve')).toBeUndefined()
})

test('an account that is made by another names whoever made it', async () => {
  await h.db.superuser('UPDATE auth.users SET can_create_users = true WHERE user_id = $1', [acme.user])
  const fields = { email: 'bob@acme.example', full_name: 'Bob', password: 'violet submarine paints 7 clocks' }
  const { user_id } = await h.ask('create-user', acme, fields)
  const last = (await h.log(acme.org)).at(-1)
  expect(last).toMatchObject({
    type: 'membership.granted',
    body: { channel_id: lobby, user_ids: [user_id], by: acme.user },
  })
})

test('a new guest comes into no default channel, so nobody in one begins anew', async () => {
  const met = await h.account(acme.org, 'Met', role.guest)
  await h.db.superuser(
    `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at) VALUES ($1, $2, $3, '#000000', now())`,
    [acme.org, lobby, met.user],
  )
  await h.db.superuser(
    `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, '{"can_access_all_users_group": 3}')
     ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
    [acme.org],
  )
  const vantage = async () =>
    (await h.db.superuser('SELECT vantage FROM auth.users WHERE user_id = $1', [met.user]))[0]?.['vantage']
  const [before] = [await vantage(), await h.account(acme.org, 'Newguest', role.guest)]
  expect(await vantage()).toBe(before)
  await h.account(acme.org, 'Newmember', role.member)
  expect(await vantage()).toBe(Number(before) + 1)
})
