import {
  defaultChannelGroups,
  defaultRealmGroups,
  type Actor,
  decide,
  role,
  systemGroupsOf,
} from '@parley/access'
import { groupId, channelId, type OrgId, orgId, recipientId, userId } from '@parley/core'
import { contractFaults, size } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import snapshot from '../src/routes/snapshot.ts'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
const people = {} as Record<'owner' | 'ada' | 'bob' | 'guest' | 'bot', Person>

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  people.owner = await f.person(org, role.owner)
  people.ada = await f.person(org)
  people.bob = await f.person(org)
  people.guest = await f.person(org, role.guest)
  people.bot = await f.person(org, role.member, { isBot: true, owner: people.ada })
  const { ada, bob, guest } = people
  const make = (name: string, fields: Record<string, unknown>) =>
    f.ok(ada, 'subscribe', { subscriptions: [{ name }], ...fields })
  await make('open', { principals: [ada.id, guest.id] })
  await make('secret', { principals: [ada.id, bob.id], invite_only: true })
  await make('shared', { invite_only: true, history_public_to_subscribers: true })
  await make('left', { principals: [bob.id] })
  await f.ok(bob, 'unsubscribe', { subscriptions: ['left'] })
  await make('old', { principals: [ada.id, bob.id] })
  await f.database.superuser(
    "UPDATE streams.channels SET archived = true WHERE org_id = $1 AND name = 'old'",
    [org],
  )
})
afterAll(() => f[Symbol.asyncDispose]())

const Named = z.array(z.looseObject({ name: z.string(), stream_id: z.int() }))
const names = (list: unknown): string[] => Named.parse(list).map((c) => c.name)
const idOf = async (name: string): Promise<number> => {
  const { streams } = await f.ok(people.owner, 'list-channels', {
    include_all: true,
    exclude_archived: false,
  })
  return Named.parse(streams).find((c) => c.name === name)?.stream_id ?? 0
}

describe('GET /streams', () => {
  test.each([
    ['ada', {}, ['open', 'secret', 'shared', 'left']],
    ['ada', { include_public: false }, ['open', 'secret', 'shared']],
    ['ada', { include_subscribed: false }, ['open', 'left']],
    ['ada', { exclude_archived: false }, ['open', 'secret', 'shared', 'left', 'old']],
    ['bob', {}, ['open', 'secret', 'left']],
    ['bob', { include_public: false, include_subscribed: false }, []],
    ['bob', { include_all: true }, ['open', 'secret', 'left']],
    ['owner', {}, ['open', 'left']],
    ['owner', { include_all: true }, ['open', 'secret', 'shared', 'left']],
    ['owner', { include_all_active: true }, ['open', 'secret', 'shared', 'left']],
    ['owner', { include_can_access_content: true }, ['open', 'left']],
    ['guest', {}, ['open']],
    ['guest', { include_all: true }, ['open']],
    ['guest', { include_subscribed: false }, []],
    ['bot', { include_public: false, include_owner_subscribed: true }, ['open']],
  ] as const)('%s with %j', async (who, fields, expected) => {
    const { streams } = await f.ok(people[who], 'list-channels', fields)
    expect(names(streams)).toEqual(expected)
  })

  test('every active channel at once is for administrators', async () => {
    const { body } = await f.call(people.bob, 'list-channels', { include_all_active: true })
    expect(body).toMatchObject({ msg: 'User not authorized for this query' })
  })

  test('is_default is said where it is asked for', async () => {
    const { streams } = await f.ok(people.ada, 'list-channels', { include_default: true })
    expect(Named.parse(streams).every((c) => c['is_default'] === false)).toBe(true)
  })
})

describe('one channel', () => {
  test('is shown to whoever may know of it; a hidden one and a missing one are answered alike', async () => {
    const secret = await idOf('secret')
    expect(await f.ok(people.owner, 'get-channel', { stream_id: secret })).toMatchObject({
      stream: {
        name: 'secret',
        invite_only: true,
        history_public_to_subscribers: false,
        subscriber_count: 2,
      },
    })
    const eve = await f.person(org)
    for (const [who, id] of [
      [eve, secret],
      [people.guest, secret],
      [people.ada, 2 ** 31],
      [people.ada, Number.MAX_SAFE_INTEGER],
      [people.ada, await idOf('old')],
    ] as const)
      for (const operation of ['get-channel', 'list-members'])
        expect(await f.call(who, operation, { stream_id: id })).toEqual({
          status: 400,
          body: { result: 'error', msg: 'Invalid channel ID', code: 'BAD_REQUEST' },
        })
  })

  test('is found by name where its messages may be read', async () => {
    const unknown = (name: string) => ({ msg: `Invalid channel name '${name}'`, code: 'BAD_REQUEST' })
    expect(await f.ok(people.bob, 'find-channel', { stream: ' SECRET' })).toMatchObject({
      stream_id: await idOf('secret'),
    })
    for (const [who, name] of [
      ['owner', 'secret'],
      ['guest', 'left'],
      ['ada', 'old'],
      ['ada', 'absent'],
    ] as const)
      expect((await f.call(people[who], 'find-channel', { stream: name })).body).toMatchObject(unknown(name))
  })

  test('its list leaves out deactivated people', async () => {
    const gone = await f.person(org)
    await f.ok(people.ada, 'subscribe', { subscriptions: [{ name: 'shared' }], principals: [gone.id] })
    const stream_id = await idOf('shared')
    expect((await f.ok(people.owner, 'list-members', { stream_id })).subscribers).toEqual([
      people.ada.id,
      gone.id,
    ])
    await f.database.superuser('UPDATE auth.users SET is_active = false WHERE user_id = $1', [gone.id])
    expect((await f.ok(people.owner, 'list-members', { stream_id })).subscribers).toEqual([people.ada.id])
    await expect(f.call(gone, 'list-channels')).resolves.toMatchObject({ status: 401 })
  })
})

describe('the channels of register', () => {
  const Part = z.record(z.string(), z.unknown())
  const capabilities = {
    notification_settings_null: false,
    bulk_message_deletion: false,
    user_avatar_url_field_optional: false,
    stream_typing_notifications: false,
    user_settings_object: false,
    linkifier_url_template: false,
    user_list_incomplete: false,
    include_deactivated_groups: false,
    archived_channels: false,
    empty_topic_name: false,
    simplified_presence_events: false,
  }
  const register = async (who: Person, types: string[] | null = null, archived = false) => {
    const gateway = await f.database.as('gateway')
    return gateway.read(org, async (tx) => {
      const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
      const input = {
        snapshot: row?.id ?? '',
        org,
        user: who.id,
        types,
        capabilities: { ...capabilities, archived_channels: archived },
        includeSubscribers: true,
        slimPresence: true,
        url: 'https://parley.test',
      }
      const signal = new AbortController().signal
      return Part.parse(await snapshot.handler({ input, ctx: f.context, signal }))
    })
  }

  test('put every known channel in one of three lists', async () => {
    const part = await register(people.bob)
    expect([part['subscriptions'], part['unsubscribed'], part['never_subscribed']].map(names)).toEqual([
      ['secret'],
      ['left'],
      ['open'],
    ])
    expect(names(part['streams'])).toEqual(['open', 'secret', 'left'])
    expect(part['subscriptions']).toMatchObject([{ subscribers: [people.ada.id, people.bob.id] }])
    expect(part['never_subscribed']).toMatchObject([{ subscribers: [people.ada.id, people.guest.id] }])
    expect(part).toMatchObject({
      realm_default_streams: [],
      realm_default_stream_groups: [],
      user_topics: [],
      muted_topics: [],
      channel_folders: [],
    })
    expect(contractFaults('POST', '/register', 200, { result: 'success', msg: '', ...part })).toEqual([])
  })

  test('hold archived ones for clients that know of them', async () => {
    expect(names((await register(people.bob, null, true))['subscriptions'])).toEqual(['secret', 'old'])
  })

  test('hold the wanted types only', async () => {
    expect(Object.keys(await register(people.bob, ['stream']))).toEqual(['streams'])
    expect(await register(people.bob, ['message'])).toEqual({})
  })

  test('are refused to whoever is gone', async () => {
    const gone = await f.person(org)
    await f.database.superuser('UPDATE auth.users SET is_active = false WHERE user_id = $1', [gone.id])
    await expect(register(gone)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })
})

test('on random organisations lists hold exactly what the rule for one channel allows', async () => {
  // Everybody, members, administrators, nobody.
  const anyGroup = fc.constantFrom(1, 3, 6, 8)
  const anyChannel = fc.record({
    kind: fc.constantFrom('web-public', 'public', 'shared', 'protected'),
    archived: fc.boolean(),
    creator: fc.nat(4),
    administer: anyGroup,
    subscribe: anyGroup,
    add: anyGroup,
    subscribers: fc.subarray([0, 1, 2, 3, 4]),
    former: fc.subarray([0, 1, 2, 3, 4]),
  })
  const roles = [role.owner, role.admin, role.moderator, role.member, role.guest]
  await fc.assert(
    fc.asyncProperty(fc.array(anyChannel, { minLength: 1, maxLength: 8 }), async (channels) => {
      const other = await f.organisation()
      const members: Person[] = []
      for (const one of roles) members.push(await f.person(other, one))
      const ids = members.map((m) => m.id)
      await f.database.superuser(
        `WITH wanted AS (SELECT i, c FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS t (c, i)),
         made AS (
           INSERT INTO streams.channels (org_id, recipient_id, name, name_key, invite_only,
             history_public_to_subscribers, is_web_public, archived, creator_id, created_at, can_administer_channel_group,
             can_subscribe_group, can_add_subscribers_group)
           SELECT $1, i, i::text, i::text, c ->> 'kind' IN ('shared', 'protected'), c ->> 'kind' <> 'protected',
             c ->> 'kind' = 'web-public', (c ->> 'archived')::boolean, ($3::int[])[(c ->> 'creator')::int + 1], now(), (c ->> 'administer')::int, (c ->> 'subscribe')::int,
             (c ->> 'add')::int
           FROM wanted RETURNING channel_id, recipient_id)
         INSERT INTO streams.subscriptions (org_id, channel_id, user_id, active, color, changed_at)
         SELECT $1, channel_id, u, bool_or(active), '#000000', now()
         FROM made JOIN wanted ON i = recipient_id, LATERAL (
           SELECT ($3::int[])[s::int + 1] AS u, true AS active FROM jsonb_array_elements_text(c -> 'subscribers') AS s
           UNION ALL
           SELECT ($3::int[])[s::int + 1], false FROM jsonb_array_elements_text(c -> 'former') AS s) AS p
         GROUP BY channel_id, u`,
        [other, JSON.stringify(channels), ids],
      )
      for (const [i, who] of members.entries()) {
        const actor: Actor = {
          orgId: orgId(other),
          userId: userId(who.id),
          role: roles[i] ?? role.guest,
          isActive: true,
          isBot: false,
          botOwnerId: null,
          generation: 1,
          groups: systemGroupsOf(roles[i] ?? role.guest),
          realmGroups: defaultRealmGroups,
        }
        const factsOf = (c: (typeof channels)[number]) => ({
          orgId: orgId(other),
          channelId: channelId(1),
          recipientId: recipientId(1),
          inviteOnly: c.kind === 'shared' || c.kind === 'protected',
          historyPublicToSubscribers: c.kind !== 'protected',
          isWebPublic: c.kind === 'web-public',
          archived: c.archived,
          subscribed: c.subscribers.includes(i),
          groups: {
            ...defaultChannelGroups,
            can_administer_channel_group: groupId(c.administer),
            can_subscribe_group: groupId(c.subscribe),
            can_add_subscribers_group: groupId(c.add),
          },
        })
        const allowed = (action: 'channel:know' | 'channel:read'): string[] =>
          channels.flatMap((c, n) => (decide(action, actor, factsOf(c)).ok ? [String(n + 1)] : []))
        const listed = async (fields: Record<string, unknown>): Promise<string[]> =>
          names((await f.ok(who, 'list-channels', { ...fields, exclude_archived: false })).streams)
        const none = { include_public: false, include_subscribed: false }
        expect(await listed({ include_all: true })).toEqual(allowed('channel:know'))
        expect(await listed({ ...none, include_can_access_content: true })).toEqual(allowed('channel:read'))
      }
    }),
    { numRuns: size(12, 1000) },
  )
})
