import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let admin: Person
let ada: Person
let open: number

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  admin = await f.person(org, role.admin)
  ada = await f.person(org)
  open = await make(ada, 'open')
})

const make = async (who: Person, name: string, more: Record<string, unknown> = {}): Promise<number> =>
  z.int().parse((await f.ok(who, 'create-channel', { name, subscribers: [who.id], ...more }))['id'])
const set = (who: Person, id: number, policy: string): Promise<Answer> =>
  f.call(who, 'update-channel', { stream_id: id, topics_policy: JSON.stringify(policy) })
const policyOf = async (id: number): Promise<unknown> =>
  z.looseObject({}).parse((await f.ok(ada, 'get-channel', { stream_id: id }))['stream'])['topics_policy']
const audited = async (): Promise<unknown[]> =>
  (await f.log(org)).filter(({ type }) => type === 'channel.topics-policy-changed').map(({ body }) => body)
/** A message in that topic, past messaging. */
const message = (id: number, topic: string): Promise<unknown> =>
  f.database.superuser(
    `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at,
       sender_read)
     SELECT $1, nextval('messaging.message_ids'), recipient_id, $3, $4, 'x', '<p>x</p>', 'test', now(), true
     FROM streams.channels WHERE channel_id = $2`,
    [org, id, ada.id, topic],
  )
const permit = (group: number): Promise<unknown> =>
  f.database.superuser(
    `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, $2)
     ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
    [org, JSON.stringify({ can_set_topics_policy_group: group })],
  )

test('it is set, told and audited, once for each change', async () => {
  expect(await policyOf(open)).toBe('inherit')
  const before = (await f.log(org)).length
  for (const policy of ['disable_empty_topic', 'disable_empty_topic', 'empty_topic_only', 'inherit'])
    expect((await set(ada, open, policy)).status).toBe(200)
  const log = await f.log(org, before)
  const told = log.filter(({ type }) => type === 'channel.changed').map(({ body }) => body)
  const policies = ['disable_empty_topic', 'empty_topic_only', 'inherit']
  expect(told).toMatchObject(policies.map((value) => ({ property: 'topics_policy', value, name: 'open' })))
  expect(await audited()).toEqual(policies.map((policy) => ({ channel_id: open, policy, by: ada.id })))
  const made = await make(ada, 'made', { topics_policy: '"empty_topic_only"' })
  expect(await policyOf(made)).toBe('empty_topic_only')
  expect((await audited()).at(-1)).toEqual({ channel_id: made, policy: 'empty_topic_only', by: ada.id })
})

test('AC-08 by administrators and whom the organisation lets, of those who may change the channel; back by all of these', async () => {
  await permit(6)
  const refused = { msg: 'Insufficient permission' }
  expect((await set(ada, open, 'disable_empty_topic')).body).toMatchObject(refused)
  const wish = { name: 'made', subscribers: [], topics_policy: '"disable_empty_topic"' }
  expect((await f.call(ada, 'create-channel', wish)).body).toMatchObject(refused)
  expect((await set(ada, open, 'inherit')).status).toBe(200)
  expect((await set(admin, open, 'disable_empty_topic')).status).toBe(200)
  expect((await set(ada, open, 'inherit')).status).toBe(200)
  await permit(3)
  const bob = await f.person(org)
  expect((await set(bob, open, 'disable_empty_topic')).body).toMatchObject(refused)
  expect(await policyOf(open)).toBe('inherit')
})

test('no topics where there are some is refused, by whom the channel cannot read before anything is looked at', async () => {
  await message(open, '')
  expect((await set(ada, open, 'empty_topic_only')).status).toBe(200)
  await set(ada, open, 'inherit')
  await message(open, 'tea')
  expect((await set(ada, open, 'empty_topic_only')).body['msg']).toBe(
    'All messages of this channel must be without a topic first.',
  )
  for (const topic of [null, 'tea']) {
    const secret = await make(ada, `secret ${topic}`, { invite_only: true })
    if (topic) await message(secret, topic)
    expect((await set(admin, secret, 'empty_topic_only')).body['msg']).toBe(
      'Channel content access is required.',
    )
  }
  // Where history is kept from newcomers it says nothing of what there was.
  const guarded = await make(ada, 'guarded', { invite_only: true, history_public_to_subscribers: false })
  await message(guarded, 'tea')
  expect((await set(ada, guarded, 'empty_topic_only')).status).toBe(200)
})
