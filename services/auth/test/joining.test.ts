import {
  type Account,
  eventQueue,
  expectSnapshotEqual,
  type Organisation,
  secretIn,
  testNetwork,
  type TestNetwork,
  testPassword,
  unlessAnew,
} from '@parley/testkit'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

let network: TestNetwork
let org: Organisation
let ada: Account
let bob: Account
beforeAll(async () => {
  network = await testNetwork()
  org = await network.organisation()
  ada = await org.person('Ada')
  bob = await org.person('Bob')
  await org.owner.ok('PATCH', `/users/${ada.id}`, { role: 200 })
})
afterAll(() => network[Symbol.asyncDispose]())

const wanted = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}
const int = (value: unknown): number => z.int().parse(value)

async function channel(name: string, who: Account, closed: boolean): Promise<number> {
  await who.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }], invite_only: closed })
  return int((await who.ok('GET', '/get_stream_id', { stream: name }))['stream_id'])
}

/** What came to an address last. */
async function secretFor(to: string): Promise<string> {
  const signal = AbortSignal.timeout(20_000)
  for (;;) {
    const got = network.mail.received.findLast((one) => one.to.includes(to))
    if (got) return secretIn(got)
    await delay(20, undefined, { signal })
  }
}

async function joined(
  email: string,
  name: string,
): Promise<{ id: number; client: ReturnType<Organisation['client']> }> {
  const secret = await secretFor(email)
  const made = await org
    .client()
    .ok('POST', '/parley/join', { secret, full_name: name, password: testPassword })
  const key = await org.client().ok('POST', '/fetch_api_key', { username: email, password: testPassword })
  return { id: int(made['user_id']), client: org.client({ email, apiKey: z.string().parse(key['api_key']) }) }
}

/** Subscribed channels by name, as the account itself is told. */
async function subscriptions(client: ReturnType<Organisation['client']>): Promise<string[]> {
  const { subscriptions: all } = await client.ok('GET', '/users/me/subscriptions')
  return z
    .array(z.looseObject({ name: z.string() }))
    .parse(all)
    .map(({ name }) => name)
    .sort()
}

test('who was invited comes into the channels and groups of the invitation, and everybody’s snapshot stays true', async () => {
  const open = await channel('Open', bob, false)
  const secret = await channel('Secret', bob, true)
  const normal = await channel('Normal', org.owner, false)
  await org.owner.ok('POST', '/default_streams', { stream_id: normal })
  const group = int(
    (await bob.ok('POST', '/user_groups/create', { name: 'crew', description: '', members: [bob.id] }))[
      'group_id'
    ],
  )
  // Who guests see moves with who comes: theirs is a snapshot too.
  const gus = await org.person('Gus')
  await bob.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Open' }], principals: [gus.id] })
  await org.owner.ok('PATCH', `/users/${gus.id}`, { role: 600 })
  await network.settle()
  const watchers = [org.owner, ada, bob, gus]
  const queues = await Promise.all(watchers.map((who) => eventQueue(who, wanted)))

  await bob.ok('POST', '/invites', {
    invitee_emails: 'mia@new.example, gil@new.example',
    stream_ids: [open, secret],
    group_ids: [group],
    include_realm_default_subscriptions: true,
  })
  const mia = await joined('mia@new.example', 'Mia Member')
  await org.owner.ok('POST', '/invites', {
    invitee_emails: 'guest@new.example',
    stream_ids: [open],
    invite_as: 600,
    include_realm_default_subscriptions: true,
    welcome_message_custom_text: 'Welcome, *guest*',
  })
  const guest = await joined('guest@new.example', 'Gina Guest')
  await network.settle()

  expect(await subscriptions(mia.client)).toEqual(['Normal', 'Open', 'Secret'])
  expect(await subscriptions(guest.client)).toEqual(['Normal', 'Open'])
  const { user_groups: groups } = await bob.ok('GET', '/user_groups')
  expect(groups).toContainEqual(
    expect.objectContaining({ id: group, members: expect.arrayContaining([bob.id, mia.id]) as number[] }),
  )
  for (const [i, who] of watchers.entries()) {
    const queue = queues[i]
    const events = queue && (await unlessAnew(queue.rest()))
    if (!queue || !events) continue
    expectSnapshotEqual(queue.state, events, (await eventQueue(who, wanted)).state)
  }
  const newest = {
    anchor: 'newest',
    num_before: 5,
    num_after: 0,
    narrow: [{ operator: 'is', operand: 'dm' }],
  }
  expect(JSON.stringify((await guest.client.ok('GET', '/messages', newest))['messages'])).toContain(
    '<em>guest</em>',
  )
  expect(JSON.stringify((await bob.ok('GET', '/messages', newest))['messages'])).toContain(
    'accepted your invitation to join this organization!',
  )
}, 60_000)

test('the bot welcomes who is new in the organisation’s words, or in those of their invitation', async () => {
  const words = 'Welcome to *our* tea'
  await ada.ok('PATCH', '/realm', { welcome_message_custom_text: words })
  const invited = (email: string, own: Record<string, unknown>) =>
    ada.ok('POST', '/invites', { invitee_emails: email, stream_ids: [], ...own })
  await invited('as-all@new.example', {})
  await invited('otherwise@new.example', { welcome_message_custom_text: 'Hello, *you*' })
  await invited('silent@new.example', { welcome_message_custom_text: ' ' })
  const silence = { invitee_emails: 'x@new.example', stream_ids: [], welcome_message_custom_text: '' }
  expect((await bob.post('/invites', silence)).body['msg']).toBe('Must be an organization administrator')
  const clients = [
    (await joined('as-all@new.example', 'Asa')).client,
    (await joined('otherwise@new.example', 'Otto')).client,
    (await joined('silent@new.example', 'Sil')).client,
    await org.person('Pat'),
  ]
  // What is said after it has been said: the bot's notices go out in order.
  await ada.ok('PATCH', '/realm', { welcome_message_custom_text: '' })
  const last = await org.person('Last')
  await network.settle()
  const told = await Promise.all(
    [...clients, last].map(async (client) => {
      const { messages } = await client.ok('GET', '/messages', {
        anchor: 'newest',
        num_before: 5,
        num_after: 0,
      })
      return z
        .array(z.looseObject({ content: z.string() }))
        .parse(messages)
        .map(({ content }) => content)
    }),
  )
  const welcome = '<p>Welcome to <em>our</em> tea</p>'
  expect(told).toEqual([[welcome], ['<p>Hello, <em>you</em></p>'], [], [welcome], []])
}, 60_000)

test('IN-04 nobody invites into what they may not add people to, nor does an invitation after they may not any more', async () => {
  const hers = await channel('Hers', ada, true)
  const of = (fields: Record<string, unknown>) => ({
    invitee_emails: 'x@new.example',
    stream_ids: [],
    ...fields,
  })
  const refused = async (fields: Record<string, unknown>) => {
    const { status, body } = await bob.post('/invites', of(fields))
    return [status, body['msg']]
  }
  expect(await refused({ stream_ids: [hers] })).toEqual([
    400,
    `Invalid channel ID ${hers}. No invites were sent.`,
  ])
  expect(await refused({ stream_ids: [10 ** 12] })).toEqual([
    400,
    `Invalid channel ID ${10 ** 12}. No invites were sent.`,
  ])
  const group = int(
    (await ada.ok('POST', '/user_groups/create', { name: 'hers', description: '', members: [ada.id] }))[
      'group_id'
    ],
  )
  expect(await refused({ group_ids: [group] })).toEqual([400, 'Insufficient permission'])
  expect(await refused({ group_ids: [10 ** 9] })).toEqual([400, 'Invalid user group'])
  expect(await refused({ group_ids: [3] })).toEqual([400, 'Insufficient permission'])

  const ours = await channel('Ours', bob, true)
  const own = int(
    (await bob.ok('POST', '/user_groups/create', { name: 'ours', description: '', members: [bob.id] }))[
      'group_id'
    ],
  )
  await bob.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: 'Ours' }], principals: [ada.id] })
  await bob.ok(
    'POST',
    '/invites',
    of({ invitee_emails: 'late@new.example', stream_ids: [ours], group_ids: [own] }),
  )
  await org.owner.ok('PATCH', `/user_groups/${own}`, {
    can_manage_group: { new: { direct_members: [ada.id], direct_subgroups: [] } },
    can_add_members_group: { new: { direct_members: [ada.id], direct_subgroups: [] } },
  })
  const nobody = { new: { direct_members: [ada.id], direct_subgroups: [] } }
  await bob.ok('PATCH', `/streams/${ours}`, { can_administer_channel_group: nobody })
  await bob.ok('DELETE', '/users/me/subscriptions', { subscriptions: ['Ours'] })
  const late = await joined('late@new.example', 'Late Comer')
  expect(await subscriptions(late.client)).not.toContain('Ours')
  const { user_groups: groups } = await ada.ok('GET', '/user_groups')
  expect(groups).not.toContainEqual(
    expect.objectContaining({ id: own, members: expect.arrayContaining([late.id]) as number[] }),
  )
}, 60_000)
