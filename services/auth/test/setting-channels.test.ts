import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword, type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let admin: Made
let open: number
let secret: number
let archived: number
let elsewhere: number

beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  admin = await h.account(acme.org, 'admin', role.admin)
  const other = await h.organisation('other')
  open = await channel(acme.org, 'open')
  secret = await channel(acme.org, 'secret', { closed: true, member: acme.user })
  archived = await channel(acme.org, 'old', { archived: true })
  elsewhere = await channel(other.org, 'open')
})
afterAll(() => h[Symbol.asyncDispose]())

const Id = z.object({ id: z.int() })
async function channel(
  org: number,
  name: string,
  { closed = false, archived: old = false, member = null as number | null } = {},
): Promise<number> {
  const [row] = await h.db.superuser(
    `WITH c AS (INSERT INTO streams.channels (org_id, recipient_id, name, name_key, invite_only,
         history_public_to_subscribers, created_at, archived)
       VALUES ($1, nextval('messaging.recipient_ids'), $2, $2, $3, true, now(), $4) RETURNING channel_id),
     s AS (INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
       SELECT $1, channel_id, $5, '#aabbcc', now() FROM c WHERE $5::integer IS NOT NULL)
     SELECT channel_id AS id FROM c`,
    [org, name, closed, old, member],
  )
  return Id.parse(row).id
}
const set = (as: Made, name: string, id: number) =>
  refusalOf(h.ask('update-realm', as, { [name]: JSON.stringify(id) }))
const names = [
  'new_stream_announcements_stream_id',
  'moderation_request_channel_id',
  'signup_announcements_stream_id',
  'zulip_update_announcements_stream_id',
]

test.each(names)('%s: a channel that one may not read is none', async (name) => {
  const none = '400 BAD_REQUEST Invalid channel ID'
  for (const id of [987_654, -2, 2 ** 40, archived, elsewhere]) expect(await set(acme, name, id)).toBe(none)
  // An administrator knows of it, and may not read it.
  expect(await set(admin, name, secret)).toBe(none)
  expect(await set(acme, name, secret)).toBe('not refused')
  expect(await h.told(acme.org, ['realm'])).toMatchObject({ [`realm_${name}`]: secret })
  expect((await h.log(acme.org)).slice(-2)).toMatchObject([
    { type: 'organisation.settings-changed', body: { properties: [name], by: acme.user } },
    { type: 'organisation.set', body: { property: name, value: secret } },
  ])
  // Whoever may not read it may still take it away.
  expect(await set(admin, name, -1)).toBe('not refused')
  expect(await h.told(acme.org, ['realm'])).toMatchObject({ [`realm_${name}`]: -1 })
})

test('reports go to a private channel only, announcements to any', async () => {
  expect(await set(acme, 'moderation_request_channel_id', open)).toBe(
    '400 BAD_REQUEST Moderation request channel must be private.',
  )
  expect(await set(acme, 'new_stream_announcements_stream_id', open)).toBe('not refused')
  expect(await set(acme, 'new_stream_announcements_stream_id', -1)).toBe('not refused')
})

test('clients are told for what a message may be reported', async () => {
  const types = z.object({
    server_report_message_types: z.array(z.object({ key: z.string(), name: z.string() })),
  })
  const told = types.parse(await h.told(acme.org, ['realm'])).server_report_message_types
  expect(told.map(({ key }) => key)).toEqual(['spam', 'harassment', 'inappropriate', 'norms', 'other'])
})

test('who came is said where the organisation wants that, and what failed is not', async () => {
  const said = () =>
    h.db.superuser(
      'SELECT channel_id AS channel, topic, content FROM messaging.scheduled WHERE org_id = $1 ORDER BY scheduled_id',
      [acme.org],
    )
  const create = (name: string) =>
    refusalOf(
      h.ask('create-user', acme, {
        email: `${name}@acme.example`,
        full_name: `${name} New`,
        password: goodPassword,
      }),
    )
  expect(await create('una')).toBe('not refused')
  expect(await said()).toEqual([])
  expect(await set(acme, 'signup_announcements_stream_id', open)).toBe('not refused')
  expect(await create('una')).toContain("Email 'una@acme.example' already in use")
  expect(await said()).toEqual([])
  expect(await create('duo')).toBe('not refused')
  const [row] = await h.db.superuser(`SELECT user_id AS id FROM auth.users WHERE email = 'duo@acme.example'`)
  const { id } = Id.parse(row)
  expect(await said()).toEqual([
    { channel: open, topic: 'signups', content: `@_**|${id}** joined this organization.` },
  ])
})
