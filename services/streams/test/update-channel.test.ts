import { role } from '@parley/access'
import { Capabilities } from '@parley/api'
import { type OrgId, userId } from '@parley/core'
import { declarations } from '@parley/events'
import { eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let owner: Person
let admin: Person
let ada: Person
let bob: Person
let cy: Person
let guest: Person
let open: number
let secret: number

beforeAll(async () => {
  f = await fixture()
})
afterAll(() => f[Symbol.asyncDispose]())
beforeEach(async () => {
  org = await f.organisation()
  owner = await f.person(org, role.owner)
  admin = await f.person(org, role.admin)
  ada = await f.person(org)
  bob = await f.person(org)
  cy = await f.person(org)
  guest = await f.person(org, role.guest)
  const principals = [ada.id, bob.id, guest.id]
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'open' }], principals })
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals, invite_only: true })
  const id = async (stream: string): Promise<number> =>
    Number((await f.ok(ada, 'find-channel', { stream }))['stream_id'])
  open = await id('open')
  secret = await id('secret')
})

const update = (who: Person, stream_id: number, fields: Record<string, unknown>): Promise<Answer> =>
  f.call(who, 'update-channel', { stream_id, ...fields })
const since = async (act: () => Promise<unknown>) => {
  const before = (await f.log(org)).length
  await act()
  return f.log(org, before)
}
const knows = async (who: Person, id: number): Promise<boolean> => {
  const { streams } = await f.ok(who, 'list-channels', { include_all: true, exclude_archived: false })
  return (streams as { stream_id: number }[]).some((channel) => channel.stream_id === id)
}
const viewer = (as: number, archived = true) => ({
  userId: userId(1),
  role: as,
  capabilities: Capabilities.parse({ archived_channels: archived }),
  applyMarkdown: true,
  slimPresence: true,
  sees: null,
  queueId: 'q',
})
const shapes = (log: Awaited<ReturnType<typeof since>>, who = viewer(role.member)) =>
  log.flatMap((event) => {
    const shape = declarations.find((d) => d.type === event.type)?.shape(event.body, who)
    if (!shape) return []
    expect(eventFaults({ id: event.seq, ...shape })).toEqual([])
    return [shape]
  })

describe('names and descriptions', () => {
  test('formulas in a description are typeset', async () => {
    await update(ada, open, { description: '$$x$$' })
    const { stream } = await f.ok(ada, 'get-channel', { stream_id: open })
    expect(JSON.stringify(stream)).toContain('<span class=\\"strut\\"')
  })

  test('the creator and administrators change them, each in an event of its own', async () => {
    const log = await since(() =>
      update(ada, open, { new_name: ' Opened ', description: 'what\n*is* said' }).then(({ status }) =>
        expect(status).toBe(200),
      ),
    )
    expect(shapes(log)).toEqual([
      { type: 'stream', op: 'update', property: 'name', value: 'Opened', name: 'open', stream_id: open },
      {
        type: 'stream',
        op: 'update',
        property: 'description',
        value: 'what *is* said',
        rendered_description: '<p>what <em>is</em> said</p>',
        name: 'open',
        stream_id: open,
      },
    ])
    expect(log.map((e) => e.type)).toEqual([
      'channel.changed',
      'channel.changed-within',
      'channel.changed',
      'channel.changed-within',
    ])
    expect(shapes(log, viewer(role.guest))).toHaveLength(2)
    expect((await update(admin, secret, { description: 'metadata suffices' })).status).toBe(200)
    expect((await f.ok(bob, 'get-channel', { stream_id: secret }))['stream']).toMatchObject({
      description: 'metadata suffices',
    })
  })

  test('a private channel’s are told inside, and to administrators', async () => {
    const log = await since(() => update(ada, secret, { new_name: 'secrets' }))
    expect(log.map((e) => [e.type, e.users, e.channel])).toEqual([
      ['channel.changed-within', [owner.id, admin.id, ada.id], secret],
    ])
  })

  test('a taken name and a bad one are refused; the same in another spelling is taken', async () => {
    expect((await update(ada, open, { new_name: 'SECRET' })).body['msg']).toBe(
      "Channel 'SECRET' already exists",
    )
    expect((await update(ada, open, { new_name: ' ' })).body['msg']).toBe("Channel name can't be empty.")
    expect((await update(ada, open, { new_name: 'OPEN' })).status).toBe(200)
    expect(await since(() => update(ada, open, { new_name: 'OPEN', is_private: false }))).toEqual([])
  })

  test('others may not, and learn nothing of what they do not know', async () => {
    expect((await update(bob, open, { description: 'x' })).body['msg']).toBe('Insufficient permission')
    expect((await update(guest, open, { description: 'x' })).body['msg']).toBe('Insufficient permission')
    const unknown = await update(cy, 999_999, { description: 'x' })
    expect((await update(cy, secret, { description: 'x' })).body).toEqual(unknown.body)
    expect(unknown.body['msg']).toBe('Invalid channel ID')
  })

  test('who deletes in it is said by administrators, and by whom the organisation lets', async () => {
    const asked = { can_delete_any_message_group: { new: 3 } }
    const policy = (group: number) =>
      f.database.superuser(
        `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, $2)
         ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
        [org, JSON.stringify({ can_set_delete_message_policy_group: group })],
      )
    expect((await update(ada, open, asked)).body['msg']).toBe('Insufficient permission')
    const log = await since(() => f.ok(admin, 'update-channel', { stream_id: open, ...asked }))
    expect(shapes(log)).toMatchObject([{ property: 'can_delete_any_message_group', value: 3 }])
    await policy(3)
    const back = { can_delete_any_message_group: { new: 8 }, can_resolve_topics_group: { new: 3 } }
    expect((await update(ada, open, back)).status).toBe(200)
    await policy(5)
  })

  test('owners say for how many days it keeps its messages', async () => {
    for (const who of [ada, admin])
      expect((await update(who, open, { message_retention_days: '30' })).body['code']).toBe(
        'UNAUTHORIZED_PRINCIPAL',
      )
    const log = await since(async () => {
      for (const days of ['30', '30', 'unlimited', 'realm_default'])
        expect((await update(owner, open, { message_retention_days: days })).status).toBe(200)
    })
    const told = (value: number | null) => ({ property: 'message_retention_days', value, name: 'open' })
    expect(shapes(log)).toMatchObject([told(30), told(-1), told(null)])
    expect((await update(owner, open, { message_retention_days: '0' })).status).toBe(400)
    const fields = { name: 'brief', subscribers: [], message_retention_days: 7 }
    const made = z.int().parse((await f.ok(owner, 'create-channel', fields))['id'])
    expect((await f.ok(owner, 'get-channel', { stream_id: made }))['stream']).toMatchObject({
      message_retention_days: 7,
    })
    const kept = (await f.log(org)).filter(({ type }) => type === 'channel.retention-changed')
    expect(kept.map(({ body }) => body['days'])).toEqual([30, -1, null, 7])
  })

  test('what is not built yet is refused by whom it would be refused anyway', async () => {
    expect((await update(owner, open, { folder_id: 7 })).body['msg']).toBe('Invalid channel folder ID')
    expect((await update(owner, open, { topics_policy: 'none' })).status).toBe(400)
  })
})

describe('who may read it', () => {
  test('made private, it is gone for those outside at the answer, and the answer waits for the gateways', async () => {
    const barriers = f.barriers.length
    const log = await since(() => update(ada, open, { is_private: true }))
    expect(log.map((e) => [e.type, e.users])).toEqual([
      ['channel.access-changed', []],
      // A private channel protects its history unless it is asked to share it.
      ['channel.history-closed', [ada.id, bob.id, guest.id]],
      ['channel.withdrawn', [cy.id]],
      ['channel.changed-within', [owner.id, admin.id, ada.id]],
    ])
    expect(log[0]?.body).toEqual({
      channel_id: open,
      invite_only: true,
      history_public_to_subscribers: false,
      is_web_public: false,
      is_archived: false,
      by: ada.id,
    })
    expect(f.barriers.slice(barriers)).toEqual([log.at(-1)?.seq])
    expect(await Promise.all([cy, bob, guest, admin].map((who) => knows(who, open)))).toEqual([
      false,
      true,
      true,
      true,
    ])
    expect((await f.call(cy, 'get-channel', { stream_id: open })).body['msg']).toBe('Invalid channel ID')
    expect(shapes(log)).toEqual([
      { type: 'stream', op: 'delete', streams: [{ stream_id: open }], stream_ids: [open] },
      {
        type: 'stream',
        op: 'update',
        property: 'invite_only',
        value: true,
        history_public_to_subscribers: false,
        is_web_public: false,
        name: 'open',
        stream_id: open,
      },
    ])
  })

  test('made private, nothing is unread in it any longer to who is not in it, which they hear', async () => {
    const has = async (user: Person, ...ids: readonly number[]) =>
      f.database.superuser(
        `INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
         SELECT $1, $2, recipient_id, (SELECT range_agg(int8range(id, id + 1)) FROM unnest($4::bigint[]) AS id)
         FROM streams.channels WHERE org_id = $1 AND channel_id = $3`,
        [org, user.id, open, ids],
      )
    const [row] = await f.database.superuser(
      `WITH drawn AS (SELECT nextval('messaging.message_ids') AS id FROM generate_series(1, 3))
       INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
         sent_at, sender_read)
       SELECT $1, id, recipient_id, $2, 't', 'x', 'x', 'test', now(), true
       FROM streams.channels, drawn WHERE org_id = $1 AND channel_id = $3
       RETURNING (SELECT max(id) FROM drawn)::integer AS last`,
      [org, ada.id, open],
    )
    const last = Number(row?.['last'])
    await has(cy, last - 2, last)
    await has(admin, last)
    const told = (log: Awaited<ReturnType<typeof since>>) =>
      log.filter(({ type }) => type === 'unread.cleared').map(({ users, body }) => [users, body])
    expect(told(await since(() => update(ada, open, { is_private: true })))).toEqual([
      [[admin.id], { messages: [last] }],
      [[cy.id], { messages: [last - 2, last] }],
    ])
    await update(ada, open, { is_private: false })
    expect(told(await since(() => update(ada, open, { is_private: true })))).toEqual([])
  })

  test('made public, those outside learn of it with the people in it', async () => {
    const log = await since(() => update(ada, secret, { is_private: false }))
    expect(log.map((e) => [e.type, e.users])).toEqual([
      ['channel.access-changed', []],
      ['channel.opened', [cy.id]],
      ['peer.shown', [cy.id]],
      ['channel.opened', [bob.id]],
      ['peer.shown', [bob.id]],
      ['channel.changed-within', [owner.id, admin.id, ada.id]],
    ])
    expect(log[2]?.body['user_ids']).toEqual([ada.id, bob.id, guest.id])
    expect(shapes(log)[0]).toMatchObject({
      op: 'create',
      streams: [{ stream_id: secret, invite_only: false, subscriber_count: 0 }],
    })
    expect(await knows(cy, secret)).toBe(true)
  })

  test('history is shared or protected where it is asked for, and stays where it is not', async () => {
    const kind = async () => (await f.ok(ada, 'get-channel', { stream_id: secret }))['stream']
    const flags = (history: boolean) => ({ invite_only: true, history_public_to_subscribers: history })
    const log = await since(() => update(ada, secret, { history_public_to_subscribers: true }))
    expect(log.map((e) => e.type)).toEqual(['channel.access-changed', 'channel.changed-within'])
    expect(await kind()).toMatchObject(flags(true))
    expect(await since(() => update(ada, secret, { is_private: true }))).toEqual([])
    // Who has been in it is named too: brought back, they read no more than who stayed.
    await f.ok(bob, 'unsubscribe', { subscriptions: ['secret'] })
    const closing = await since(() => update(ada, secret, { history_public_to_subscribers: false }))
    expect(closing.map((e) => [e.type, e.users])).toEqual([
      ['channel.access-changed', []],
      ['channel.history-closed', [ada.id, bob.id, guest.id]],
      ['channel.changed-within', [owner.id, admin.id, ada.id]],
    ])
    expect(await kind()).toMatchObject(flags(false))
    await update(ada, secret, { is_private: true, history_public_to_subscribers: false })
    expect(await kind()).toMatchObject(flags(false))
  })

  test('protected history is refused where the channel is open or is to be, and nothing changes', async () => {
    const log = await since(async () => {
      for (const [id, fields] of [
        [open, { history_public_to_subscribers: false }],
        [open, { is_private: false, history_public_to_subscribers: false }],
        [open, { description: 'new', history_public_to_subscribers: false }],
        [secret, { is_private: false, history_public_to_subscribers: false }],
      ] as const)
        expect((await update(ada, id, fields)).body).toEqual({
          result: 'error',
          code: 'BAD_REQUEST',
          msg: 'Only private channels can have protected history.',
        })
    })
    expect(log).toEqual([])
    expect((await update(ada, secret, { is_private: false })).status).toBe(200)
    expect((await f.ok(ada, 'get-channel', { stream_id: secret }))['stream']).toMatchObject({
      invite_only: false,
      history_public_to_subscribers: true,
    })
  })

  test('whatever kind is asked for, a hidden channel is answered as one that never was', async () => {
    for (const fields of [
      { is_web_public: true },
      { is_private: true, is_web_public: true },
      { is_private: false, history_public_to_subscribers: false },
    ])
      expect(await update(cy, secret, fields)).toEqual(await update(cy, 2 ** 40, fields))
  })

  test('AC-08 an administrator who cannot read it changes nothing of that, nor is anything made web-public', async () => {
    expect((await update(admin, secret, { is_private: false })).body['msg']).toBe(
      'Channel content access is required.',
    )
    expect((await update(owner, open, { is_web_public: true })).body['msg']).toBe(
      'Web-public channels are not enabled.',
    )
    expect((await update(ada, secret, { is_web_public: true })).body['msg']).toBe(
      'Private channels cannot be web-public.',
    )
    expect((await update(bob, secret, { is_private: false })).body['msg']).toBe('Insufficient permission')
  })

  test('the kind that it has asks for the same rights as another', async () => {
    for (const same of [{ is_private: true }, { history_public_to_subscribers: false }])
      expect((await update(admin, secret, { ...same, description: 'new' })).body['msg']).toBe(
        'Channel content access is required.',
      )
    expect((await update(admin, secret, { description: 'new' })).status).toBe(200)
    const given = JSON.stringify({ can_create_private_channel_group: 6 })
    await f.database.superuser('INSERT INTO auth.settings (org_id, permissions) VALUES ($1, $2)', [
      org,
      given,
    ])
    expect((await update(ada, secret, { is_private: true })).body['msg']).toBe('Insufficient permission')
  })
})

describe('archiving', () => {
  test('AC-11 by either way it is written to no more, and everybody who knows it is told', async () => {
    const log = await since(() => f.ok(ada, 'archive-channel', { stream_id: open }))
    expect(log.map((e) => e.type)).toEqual([
      'channel.access-changed',
      'channel.changed',
      'channel.changed-within',
    ])
    expect(f.barriers.at(-1)).toBe(log.at(-1)?.seq)
    expect(shapes(log)).toEqual([
      { type: 'stream', op: 'update', property: 'is_archived', value: true, name: 'open', stream_id: open },
    ])
    expect(shapes(log, viewer(role.member, false))).toEqual([
      { type: 'stream', op: 'delete', streams: [{ stream_id: open }], stream_ids: [open] },
    ])
    for (const [id, fields] of [
      ['archive-channel', {}],
      ['update-channel', { description: 'x' }],
      ['update-channel', { is_archived: true }],
      ['get-channel', {}],
    ] as const)
      expect((await f.call(ada, id, { stream_id: open, ...fields })).body['msg']).toBe('Invalid channel ID')
    expect((await update(ada, secret, { is_archived: true })).status).toBe(200)
    expect((await f.call(bob, 'archive-channel', { stream_id: secret })).body['msg']).toBe(
      'Invalid channel ID',
    )
  })

  test('brought back, clients that know no archived channels get it anew with their own subscriptions', async () => {
    for (const [id, types] of [
      [open, ['peer.added', 'peer.added-within', 'subscription.added']],
      [secret, ['peer.added-within', 'subscription.added']],
    ] as const) {
      await f.ok(ada, 'archive-channel', { stream_id: id })
      const log = await since(() => update(owner, id, { is_archived: false, description: 'back' }))
      expect(log.map((e) => e.type).filter((type) => !type.startsWith('channel'))).toEqual(types)
      const [created, ...rest] = shapes(log, viewer(role.member, false))
      expect(created).toMatchObject({ op: 'create', streams: [{ stream_id: id, subscriber_count: 0 }] })
      expect(rest.map(({ op }) => op)).toEqual(['peer_add', 'add', 'update'])
      expect(rest[1]).toMatchObject({
        subscriptions: [{ subscribers: [ada.id, bob.id, guest.id], subscriber_count: 3 }],
      })
      expect(shapes(log).map(({ op, property }) => [op, property])).toEqual([
        ['update', 'is_archived'],
        ['update', 'description'],
      ])
    }
    expect(await since(() => update(ada, open, { is_archived: false }))).toEqual([])
  })

  test('with nobody in it, nobody is told of anybody', async () => {
    for (const who of [ada, bob, guest]) await f.ok(who, 'unsubscribe', { subscriptions: ['open'] })
    await f.ok(ada, 'archive-channel', { stream_id: open })
    const log = await since(() => update(ada, open, { is_archived: false }))
    expect(log.map((e) => e.type)).toEqual(['channel.access-changed', 'channel.changed'])
  })
})

describe('default channels', () => {
  const defaults = async (): Promise<unknown> => {
    const { streams } = await f.ok(ada, 'list-channels', { include_default: true })
    return (streams as { stream_id: number; is_default: boolean }[])
      .filter((channel) => channel.is_default)
      .map((channel) => channel.stream_id)
  }

  test('administrators name them; each change tells the whole list to all but guests', async () => {
    const log = await since(() => f.ok(admin, 'add-default-channel', { stream_id: open }))
    expect(shapes(log)).toEqual([{ type: 'default_streams', default_streams: [open] }])
    expect(shapes(log, viewer(role.guest))).toEqual([])
    expect(await defaults()).toEqual([open])
    expect(await since(() => f.ok(admin, 'add-default-channel', { stream_id: open }))).toEqual([])
    expect((await f.call(ada, 'add-default-channel', { stream_id: open })).body['msg']).toBe(
      'Insufficient permission',
    )
    await f.ok(admin, 'remove-default-channel', { stream_id: open })
    expect(await defaults()).toEqual([])
  })

  test('a private one is none, and an archived one is none any longer', async () => {
    for (const more of [{}, { is_archived: true }])
      expect((await update(owner, secret, { is_default_stream: true, ...more })).body['msg']).toBe(
        'A default channel cannot be private.',
      )
    await f.ok(admin, 'add-default-channel', { stream_id: open })
    expect((await update(ada, open, { is_private: true })).body['msg']).toBe(
      'A default channel cannot be private.',
    )
    const log = await since(() => f.ok(ada, 'archive-channel', { stream_id: open }))
    expect(log.at(-1)).toMatchObject({ type: 'default-channels.changed', body: { channel_ids: [] } })
  })
})

describe('a channel that the organisation’s settings name', () => {
  const give = (settings: Record<string, number>) =>
    f.database.superuser('INSERT INTO auth.settings (org_id, settings) VALUES ($1, $2)', [
      org,
      JSON.stringify(settings),
    ])

  test('of moderation stays private', async () => {
    await give({ moderation_request_channel_id: secret })
    await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'secret' }], principals: [owner.id] })
    expect((await update(owner, secret, { is_private: false })).body).toMatchObject({
      msg: 'Moderation request channel must be private.',
    })
    expect(
      (await update(owner, secret, { is_private: true, history_public_to_subscribers: true })).status,
    ).toBe(200)
    expect((await update(owner, secret, { description: 'x' })).status).toBe(200)
    expect((await update(ada, open, { is_private: true })).status).toBe(200)
    expect((await update(ada, open, { is_private: false })).status).toBe(200)
  })

  test('that is archived is named by none any more, which is told', async () => {
    await give({
      moderation_request_channel_id: secret,
      new_stream_announcements_stream_id: open,
      digest_weekday: open,
    })
    const events = await since(() => f.ok(admin, 'archive-channel', { stream_id: open }))
    expect(
      events.filter(({ type }) => type.startsWith('organisation.')).map(({ type, body }) => [type, body]),
    ).toEqual([
      ['organisation.settings-changed', { properties: ['new_stream_announcements_stream_id'], by: admin.id }],
      ['organisation.set', { property: 'new_stream_announcements_stream_id', value: -1 }],
    ])
    expect(await f.database.superuser('SELECT settings FROM auth.settings WHERE org_id = $1', [org])).toEqual(
      [
        {
          settings: {
            moderation_request_channel_id: secret,
            new_stream_announcements_stream_id: -1,
            digest_weekday: open,
          },
        },
      ],
    )
    await f.ok(admin, 'update-channel', { stream_id: open, is_archived: false })
    const again = await since(() => f.ok(admin, 'archive-channel', { stream_id: open }))
    expect(again.filter(({ type }) => type.startsWith('organisation.'))).toEqual([])
  })
})
