import { role } from '@parley/access'
import { type OrgId, orgId } from '@parley/core'
import type { Database } from '@parley/db'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { z } from 'zod'
import { type Disturbance, type Instance, instance } from './instance.ts'

export * from './instance.ts'

/** An organisation in a database of its own, filled past the other services. */
export interface World extends AsyncDisposable {
  readonly org: OrgId
  /** The organisation's Notification Bot. */
  readonly bot: number
  readonly test: TestDatabase
  instance(disturbance?: Disturbance): Promise<Instance>
  user(options?: { role?: number; name?: string; botOwner?: number }): Promise<number>
  channel(options?: {
    name?: string
    private?: boolean
    protected?: boolean
    creator?: number
    /** Groups that may post, and that may subscribe. */
    send?: number
    subscribe?: number
  }): Promise<Channel>
  /** Each of these is a transaction of streams with an event that changes rights. */
  subscribe(channel: Channel, ...users: number[]): Promise<void>
  unsubscribe(channel: Channel, ...users: number[]): Promise<void>
  archive(channel: Channel): Promise<void>
  /** What a person wants to see: mutes a channel they have been in, or not; of a topic 1 muted, 2 unmuted, 3 followed. */
  mute(channel: Channel, user: number, muted: boolean): Promise<void>
  choose(channel: Channel, user: number, topic: string, policy: number): Promise<void>
  deactivate(user: number): Promise<void>
  /** Gives permissions of the organisation to these groups: ids by name. */
  give(permissions: Readonly<Record<string, number>>): Promise<void>
  /** The group that a value of a setting stands for. */
  naming(...users: number[]): Promise<number>
  /** A change of rights that has to do with nobody here. */
  unrelated(): Promise<void>
}
export interface Channel {
  readonly id: number
  readonly name: string
}

const Id = z.object({ id: z.int() })

/** @param subdomain tells organisations of one database apart */
export async function world(test?: TestDatabase, subdomain = 'acme'): Promise<World> {
  const database = test ?? (await testDatabase())
  const made = async (sql: string, params: readonly unknown[] = []): Promise<number> =>
    Id.parse((await database.superuser(sql, params))[0]).id
  await database.superuser(
    `INSERT INTO events.emitters VALUES ('svc_messaging', 'message.sent'), ('svc_messaging', 'flags.changed'),
      ('svc_streams', 'test.changed') ON CONFLICT DO NOTHING`,
  )
  const org = orgId(
    await made(
      `INSERT INTO auth.organisations (subdomain, name, created_at) VALUES ($1, 'Acme', now()) RETURNING org_id AS id`,
      [subdomain],
    ),
  )
  await database.superuser('INSERT INTO events.head (org_id) VALUES ($1)', [org])
  const bot = await made(
    'INSERT INTO auth.system_bots (org_id, date_joined) VALUES ($1, now()) RETURNING user_id AS id',
    [org],
  )
  const streams = await database.as('streams')
  const changed = (
    change: (tx: Parameters<Parameters<Database['write']>[1]>[0]) => Promise<unknown>,
    type = 'test.changed',
    body: Readonly<Record<string, unknown>> = {},
  ) =>
    streams.write(org, async (tx) => {
      await change(tx)
      await tx.execute('SELECT events.append($1, NULL, $2)', [
        org,
        JSON.stringify([
          {
            type,
            body,
            users: [],
            channel: null,
            changes_rights: true,
            revokes: false,
            concerns: body['channel_id'],
          },
        ]),
      ])
    })
  let named = 0
  return {
    org,
    bot,
    test: database,
    instance: (disturbance) => instance(org, database, disturbance),
    user: ({ role: as = role.member, name = `User ${++named}`, botOwner } = {}) =>
      made(
        `WITH u AS (SELECT nextval('auth.user_ids')::integer AS id)
         INSERT INTO auth.users (org_id, user_id, email, delivery_email, full_name, role, date_joined, is_bot, bot_owner_id)
         SELECT $1, id, 'u' || id || '@x.org', 'u' || id || '@x.org', $2, $3, now(), $4, $5 FROM u RETURNING user_id AS id`,
        [org, name, as, botOwner !== undefined, botOwner ?? null],
      ),
    async channel(options = {}) {
      const name = options.name ?? `channel ${++named}`
      const closed = options.private === true || options.protected === true
      const [made] = await streams.write(org, (tx) =>
        tx.query(
          Id,
          `WITH c AS (SELECT nextval('streams.channel_ids')::integer AS id)
           INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
             history_public_to_subscribers, created_at, creator_id, can_send_message_group, can_subscribe_group)
           SELECT $1, id, messaging.v1_open_channel($1, id), $2, lower($2), $3, $4, now(), $5, $6, $7 FROM c
           RETURNING channel_id AS id`,
          [
            org,
            name,
            closed,
            options.protected !== true,
            options.creator ?? null,
            options.send ?? 2,
            options.subscribe ?? 8,
          ],
        ),
      )
      const id = made?.id ?? 0
      return { id, name }
    },
    subscribe: (channel, ...users) =>
      changed(
        async (tx) => {
          await tx.execute(
            `INSERT INTO streams.subscriptions (org_id, channel_id, user_id, color, changed_at)
           SELECT $1, $2, u, '#aabbcc', now() FROM unnest($3::integer[]) AS u
           ON CONFLICT (org_id, channel_id, user_id) DO UPDATE SET active = true`,
            [org, channel.id, users],
          )
          await tx.execute('SELECT messaging.v1_subscribed($1, $2, $3)', [org, channel.id, users])
        },
        'membership.granted',
        { channel_id: channel.id, user_ids: users, by: null },
      ),
    unsubscribe: (channel, ...users) =>
      changed(
        async (tx) => {
          await tx.execute(
            'UPDATE streams.subscriptions SET active = false WHERE org_id = $1 AND channel_id = $2 AND user_id = ANY ($3)',
            [org, channel.id, users],
          )
          await tx.execute('SELECT messaging.v1_unsubscribed($1, $2, $3)', [org, channel.id, users])
        },
        'subscription.removed',
        { channel_id: channel.id, user_ids: users, name: channel.name },
      ),
    archive: (channel) =>
      changed((tx) =>
        tx.execute('UPDATE streams.channels SET archived = true WHERE org_id = $1 AND channel_id = $2', [
          org,
          channel.id,
        ]),
      ),
    mute: async (channel, user, muted) => {
      await database.superuser(
        'UPDATE streams.subscriptions SET is_muted = $4 WHERE org_id = $1 AND channel_id = $2 AND user_id = $3',
        [org, channel.id, user, muted],
      )
    },
    choose: async (channel, user, topic, policy) => {
      await database.superuser(
        `INSERT INTO streams.user_topics (org_id, user_id, channel_id, topic, policy, changed_at)
         VALUES ($1, $2, $3, $4, $5, now())
         ON CONFLICT (org_id, user_id, channel_id, topic_key) DO UPDATE SET policy = excluded.policy`,
        [org, user, channel.id, topic, policy],
      )
    },
    async deactivate(user) {
      await database.superuser(
        'UPDATE auth.users SET is_active = false, generation = generation + 1 WHERE user_id = $1',
        [user],
      )
      await changed(async () => {})
    },
    async give(permissions) {
      await database.superuser(
        `INSERT INTO auth.settings AS s (org_id, permissions) VALUES ($1, $2)
         ON CONFLICT (org_id) DO UPDATE SET permissions = s.permissions || excluded.permissions`,
        [org, JSON.stringify(permissions)],
      )
      await changed(async () => {})
    },
    naming: async (...users) => {
      const [group] = await streams.write(org, (tx) =>
        tx.query(Id, `SELECT auth.v1_setting_group($1, $2, '{}') AS id`, [org, users]),
      )
      return group?.id ?? 0
    },
    unrelated: () => changed(async () => {}),
    async [Symbol.asyncDispose]() {
      if (!test) await database[Symbol.asyncDispose]()
    },
  }
}
