import { role } from '@parley/access'
import type { OrgId } from '@parley/core'
import { takeTurn } from '@parley/db'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let ada: Person
let bob: Person
let guest: Person

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  ada = await f.person(org)
  bob = await f.person(org)
  guest = await f.person(org, role.guest)
})

const subscribe = (who: Person, names: string | string[], fields: Record<string, unknown> = {}) =>
  f.call(who, 'subscribe', { subscriptions: [names].flat().map((name) => ({ name })), ...fields })
const ascending = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b)
const members = async (who: Person, name: string): Promise<unknown> => {
  const { stream_id } = await f.ok(who, 'find-channel', { stream: name })
  return (await f.ok(who, 'list-members', { stream_id })).subscribers
}

describe('making channels', () => {
  test('the first to name a channel makes it and is in it', async () => {
    const { body } = await subscribe(ada, ' Town Hall ')
    expect(body).toMatchObject({
      subscribed: { [ada.id]: ['Town Hall'] },
      already_subscribed: {},
      new_subscription_messages_sent: true,
    })
    const again = await subscribe(ada, 'town hall')
    expect(again.body).toMatchObject({ subscribed: {}, already_subscribed: { [ada.id]: ['Town Hall'] } })
    expect(await members(bob, 'TOWN HALL')).toEqual([ada.id])
  })

  test('with a description, a colour and others by e-mail', async () => {
    const subscriptions = [{ name: 'garden', description: 'about **plants**\nand soil', color: '#ABC' }]
    const { body } = await f.call(ada, 'subscribe', {
      subscriptions,
      principals: [ada.email, bob.email.toUpperCase()],
    })
    expect(body).toMatchObject({ subscribed: { [ada.id]: ['garden'], [bob.id]: ['garden'] } })
    const list = await f.ok(bob, 'list-subscriptions', { include_subscribers: 'true' })
    expect(list.subscriptions).toMatchObject([
      {
        name: 'garden',
        description: 'about **plants** and soil',
        rendered_description: '<p>about <strong>plants</strong> and soil</p>',
        color: '#aabbcc',
        creator_id: ada.id,
        subscribers: [ada.id, bob.id],
        subscriber_count: 2,
        can_administer_channel_group: { direct_members: [ada.id], direct_subgroups: [] },
      },
    ])
  })

  test('the log says it in order: the channel, the list, the subscription', async () => {
    await subscribe(ada, 'alpha', { principals: [ada.id, guest.id] })
    const log = await f.log(org)
    expect(log.map((e) => [e.type, e.users])).toEqual([
      ['channel.established', []],
      ['channel.created', []],
      ['peer.added', []],
      ['membership.granted', [ada.id, guest.id]],
      ['channel.revealed', [guest.id]],
      ['subscription.added', [ada.id, guest.id]],
    ])
    expect(log.map((e) => e.seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(f.barriers).toEqual([])
  })

  test('a private one is told to its people and to administrators alone', async () => {
    await subscribe(ada, 'secret', { invite_only: true, principals: [ada.id, bob.id] })
    const log = await f.log(org)
    expect(log.map((e) => [e.type, ascending(e.users)])).toEqual([
      ['channel.established', []],
      ['channel.revealed', [owner.id]],
      ['peer.added-within', [owner.id]],
      ['membership.granted', [ada.id, bob.id]],
      ['channel.revealed', [ada.id, bob.id]],
      ['subscription.added', [ada.id, bob.id]],
    ])
    expect(log[0]?.body).toMatchObject({
      invite_only: true,
      history_public_to_subscribers: false,
      is_web_public: false,
      by: ada.id,
    })
  })

  test.each([
    [{ is_web_public: true }, 'Web-public channels are not enabled.'],
    [{ is_web_public: true, invite_only: true }, 'Private channels cannot be web-public.'],
    [{ history_public_to_subscribers: false }, 'Only private channels can have protected history.'],
    [{ is_default_stream: true }, 'Insufficient permission'],
    [{ message_retention_days: '30' }, 'Must be an organization owner'],
    [
      { invite_only: true, can_create_topic_group: 6 },
      'Unsupported parameter combination: history_public_to_subscribers, can_create_topic_group',
    ],
    [{ can_delete_own_message_group: 2 }, 'Insufficient permission'],
    [
      { can_send_message_group: 1 },
      "'can_send_message_group' setting cannot be set to 'role:internet' group.",
    ],
    [
      { can_subscribe_group: { direct_members: [], direct_subgroups: [2, 6] } },
      "'can_subscribe_group' setting cannot be set to 'role:everyone' group.",
    ],
    [{ can_subscribe_group: 9 }, 'Invalid user group'],
    [{ can_subscribe_group: 2 ** 40 }, 'Invalid user group'],
    [
      { can_subscribe_group: { direct_members: [2 ** 40], direct_subgroups: [] } },
      'Invalid user ID: 1099511627776',
    ],
    [{ folder_id: 3 }, 'Invalid channel folder ID'],
    [{ principals: [999_999] }, 'No such user'],
    [{ principals: ['nobody@parley.test'] }, 'No such user'],
    [{ principals: [2 ** 40] }, 'No such user'],
    [{ principals: ['a\u0000'] }, 'principals is not valid JSON'],
  ])('%j is refused, and nothing is made', async (fields, msg) => {
    expect((await subscribe(ada, 'never', fields)).body).toMatchObject({ result: 'error', msg })
    expect((await f.call(ada, 'find-channel', { stream: 'never' })).body).toMatchObject({
      msg: "Invalid channel name 'never'",
    })
    expect(await f.log(org)).toEqual([])
  })

  test.each([
    [{ is_default_stream: true, invite_only: true }, 'A default channel cannot be private.'],
    [{ message_retention_days: '0' }, "Bad value for 'message_retention_days'"],
  ])('%j is refused to an owner too', async (fields, msg) => {
    expect((await subscribe(owner, 'never', fields)).body).toMatchObject({ msg })
  })

  test('defaults may be said', async () => {
    const defaults = {
      message_retention_days: '"realm_default"',
      can_send_message_group: 2,
      topics_policy: '"inherit"',
    }
    expect((await subscribe(ada, 'plain', defaults)).status).toBe(200)
  })

  test('guests make and join nothing, whether the channel exists or not', async () => {
    await subscribe(ada, 'secret', { invite_only: true })
    await subscribe(ada, 'open')
    const answers = await Promise.all(['secret', 'open', 'absent'].map((name) => subscribe(guest, name)))
    expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBe(1)
    expect(answers[0]?.body).toMatchObject({ msg: 'Insufficient permission' })
  })
})

describe('coming into channels', () => {
  test('a private channel is joined through somebody in it only', async () => {
    await subscribe(ada, 'secret', { invite_only: true })
    for (const outsider of [bob, owner])
      expect((await subscribe(outsider, 'secret')).body).toMatchObject({
        msg: 'Unable to access channel (secret).',
      })
    expect((await subscribe(owner, 'secret', { principals: [bob.id] })).status).toBe(400)
    await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [bob.id, guest.id] })
    expect(await members(bob, 'secret')).toEqual([ada.id, bob.id, guest.id])
  })

  test('what cannot be joined is named where the caller wants the rest', async () => {
    await subscribe(ada, 'secret', { invite_only: true })
    const { body } = await subscribe(bob, ['secret', 'fresh'], { authorization_errors_fatal: false })
    expect(body).toMatchObject({ subscribed: { [bob.id]: ['fresh'] }, unauthorized: ['secret'] })
  })

  test('an archived channel keeps its name and takes nobody', async () => {
    await subscribe(ada, 'old')
    await f.database.superuser(`UPDATE streams.channels SET archived = true WHERE org_id = $1`, [org])
    expect((await subscribe(bob, 'OLD')).body).toMatchObject({ msg: 'Unable to access channel (OLD).' })
  })

  test('newcomers are told of what they may know from now on', async () => {
    await subscribe(ada, ['secret'], { invite_only: true })
    await subscribe(ada, ['open'])
    const before = (await f.log(org)).length
    await f.ok(ada, 'subscribe', {
      subscriptions: [{ name: 'open' }, { name: 'secret' }],
      principals: [owner.id, bob.id, guest.id],
    })
    const revealed = (await f.log(org, before)).filter((e) => e.type === 'channel.revealed')
    // The owner knew of both, Bob of the public one.
    expect(revealed.map((e) => e.users)).toEqual([[guest.id], [bob.id, guest.id]])
  })

  test('settings of an earlier stay come back, and a user in the channel receives from then on', async () => {
    await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'garden', color: '#123456' }] })
    await f.ok(ada, 'unsubscribe', { subscriptions: ['garden'] })
    await subscribe(ada, 'garden')
    const list = await f.ok(ada, 'list-subscriptions')
    expect(list.subscriptions).toMatchObject([{ name: 'garden', color: '#123456' }])
    const [received] = await f.database.superuser(
      'SELECT upper_inf(ranges) AS open FROM messaging.received WHERE org_id = $1 AND user_id = $2',
      [org, ada.id],
    )
    expect(received).toEqual({ open: true })
  })

  test('of another organisation there is nothing to join', async () => {
    await subscribe(ada, 'shared name')
    const elsewhere = await f.organisation()
    const eve = await f.person(elsewhere)
    expect((await subscribe(eve, 'shared name')).body).toMatchObject({
      subscribed: { [eve.id]: ['shared name'] },
    })
    expect(
      (await f.call(eve, 'subscribe', { subscriptions: [{ name: 'x' }], principals: [ada.id] })).body,
    ).toMatchObject({ msg: 'No such user' })
    expect(await members(ada, 'shared name')).toEqual([ada.id])
  })
})

test('F81 twenty who name the same channel at once make one, and are all in it', async () => {
  const people: Person[] = []
  for (let i = 0; i < 20; i++) people.push(await f.person(org))
  await Promise.all(people.map((who, i) => subscribe(who, i % 2 ? 'Rush' : 'rush')))
  const { streams } = await f.ok(owner, 'list-channels')
  expect(streams).toMatchObject([{ subscriber_count: 20 }])
  const log = await f.log(org)
  expect(log.filter((e) => e.type === 'channel.created')).toHaveLength(1)
  expect(log.filter((e) => e.type === 'subscription.added')).toHaveLength(20)
  expect(log.map((e) => e.seq)).toEqual(log.map((_, i) => i + 1))
})

test('whoever is deactivated while waiting for a turn changes nothing', async () => {
  const streams = await f.database.as('streams')
  const held = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const other = streams.write(org, async (tx) => {
    await takeTurn(tx)
    held.resolve()
    await release.promise
  })
  await held.promise
  const answer = subscribe(ada, 'too late')
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`
  await expect.poll(() => f.database.superuser(waits)).toHaveLength(1)
  await f.database.superuser('UPDATE auth.users SET is_active = false, generation = 2 WHERE user_id = $1', [
    ada.id,
  ])
  release.resolve()
  await other
  expect(await answer).toMatchObject({ status: 401 })
  expect(await f.log(org)).toEqual([])
})
