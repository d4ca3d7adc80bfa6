import { role } from '@parley/access'
import { Capabilities, type RequestFacts } from '@parley/api'
import { AppError, fixedClock, orgId, type OrgId, systemIds } from '@parley/core'
import type { Database } from '@parley/db'
import { appendedIn, type PassingEvent } from '@parley/events'
import { type RedisConnection, runOperation } from '@parley/kit'
import {
  contractAvailable,
  contractFaults,
  testDatabase,
  type TestDatabase,
  testRedis,
} from '@parley/testkit'
import { z } from 'zod'
import { type Context, createContext } from '../src/context.ts'
import { routes } from '../src/endpoints.ts'
import { findActor } from '../src/facts/target.ts'
import { deliverDue } from '../src/jobs/deliver.ts'
import { createSends, type Sends, type WriteBatch } from '../src/jobs/sends.ts'
import { PresenceStore } from '../src/presence/store.ts'
import { createTurns, type StillShown } from '../src/presence/turns.ts'
import { readStillShown } from '../src/repo/presence-people.ts'
import { writeSends } from '../src/repo/send-batch.ts'
import snapshot from '../src/routes/snapshot.ts'

/** One instance of the service without its link: operations are run as the runner runs them. */
export interface Instance extends AsyncDisposable {
  readonly org: OrgId
  readonly ctx: Context
  readonly clock: ReturnType<typeof fixedClock>
  readonly redis: RedisConnection
  /** What it told in passing. */
  readonly passed: PassingEvent[]
  /** Resolves when it has told of whoever turned. */
  turned(): Promise<void>
  /** What it told who runs it failed behind an answer. */
  readonly reported: unknown[]
  /** Runs an operation as a user; values that are no texts are sent as JSON. */
  ask(user: number, op: string, fields?: Fields, more?: Partial<Request>): Promise<unknown>
  /** The same as who has no account. */
  look(op: string, fields?: Fields, more?: Partial<Request>): Promise<unknown>
}
type Fields = Readonly<Record<string, unknown>>
interface Request {
  readonly path: Readonly<Record<string, string>>
  readonly facts: Partial<RequestFacts>
  readonly generation: number
}

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
/** What happens on the way to the database. */
export interface Disturbance {
  readonly write: (write: WriteBatch) => WriteBatch
  /** Instead of pausing before another attempt. */
  readonly wait?: () => Promise<void>
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

async function instance(org: OrgId, test: TestDatabase, disturbance?: Disturbance): Promise<Instance> {
  const database = await test.as('messaging')
  const clock = fixedClock(Date.UTC(2026, 0, 2))
  const redis = await testRedis('messaging')
  const presence = new PresenceStore(redis, clock, () => {})
  const passed: PassingEvent[] = []
  const reported: unknown[] = []
  const whole = createContext(
    database,
    { clock, ids: systemIds, report: (...what) => void reported.push(what) },
    () => {},
    presence,
    (_, events) => passed.push(...events),
    true,
  )
  // Told of at once, each alone.
  let looked: Promise<unknown> = Promise.resolve()
  const stillShown: StillShown = (of, users) => {
    const shown = database.read(of, (tx) => readStillShown(tx, users))
    looked = shown
    return shown
  }
  const turns = createTurns(
    whole.pass,
    clock,
    () => Promise.resolve(),
    stillShown,
    () => {},
  )
  const ctx = { ...whole, turns, ...(disturbance ? { sends: disturbed(whole, disturbance) } : {}) }
  const running = {
    routes: new Map(routes.map((route) => [route.operation.id, route])),
    ctx,
    database,
    afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
    actors: (principal: Parameters<typeof findActor>[1]) => findActor(ctx.facts, principal),
  }
  const run = async (user: number | null, op: string, fields: Fields, more: Partial<Request>) => {
    const answered = await runOperation(running, {
      op,
      caller: 'gateway',
      principal: user === null ? null : { org, user, generation: more.generation ?? 1, credential: 'key:1' },
      raw: {
        path: more.path ?? {},
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      },
      request: { org, url: 'https://acme.example.com', client: 'website', ip: '127.0.0.1', ...more.facts },
      signal: new AbortController().signal,
    })
    return answered.data
  }
  return {
    org,
    ctx,
    ask: (user, op, fields = {}, more = {}) => run(user, op, fields, more),
    look: (op, fields = {}, more = {}) => run(null, op, fields, more),
    clock,
    redis,
    passed,
    turned: async () => {
      await Promise.resolve()
      await looked
    },
    reported,
    async [Symbol.asyncDispose]() {
      redis[Symbol.dispose]()
      await ctx.sends[Symbol.asyncDispose]()
    },
  }
}

const disturbed = ({ database, facts }: Context, { write, wait }: Disturbance): Sends =>
  createSends({
    write: write((org, encoded) => writeSends(database, org, encoded)),
    facts,
    hint() {},
    wait: wait ?? (async () => {}),
  })

/** Messaging's part of `register` for a user, at this instant. */
export const snapshotOf = (
  at: Instance,
  user: number,
  types: readonly string[] | null = null,
): Promise<unknown> =>
  at.ctx.database.read(at.org, async (tx) => {
    const [row] = await tx.query(z.object({ id: z.string() }), 'SELECT pg_export_snapshot() AS id')
    return snapshot.handler({
      input: {
        snapshot: row?.id ?? '',
        org: at.org,
        user,
        types: types && [...types],
        capabilities: Capabilities.parse({}),
        clientGravatar: true,
        includeSubscribers: false,
        slimPresence: true,
        url: 'https://acme.example.com',
      },
      ctx: at.ctx,
      signal: new AbortController().signal,
    })
  })

/** The answer, or the error's code and message. */
export async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, msg: error.message, ...error.data }
    throw error
  }
}

/** What is wrong with a successful answer by the contract; nothing where the contract is not there. */
export const faultsOf = (method: string, path: string, data: unknown): string[] =>
  contractAvailable()
    ? contractFaults(method, path, 200, { result: 'success', msg: '', ...(Object(data) as object) })
    : []

/** Sends everything that is due at this instance's time. @returns how many were done with */
export const deliverAll = (at: Instance, now = at.clock.now()): Promise<number> =>
  deliverDue(
    {
      ...at.ctx,
      clock: { now: () => now, monotonic: () => 0 },
      afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
      onProblem(error) {
        throw error
      },
    },
    at.org,
  )
