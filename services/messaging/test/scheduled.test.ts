import { AppError, Beforehand, unavailable } from '@parley/core'
import { appendedIn, type ScheduledChanged, scheduledChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Delivering, deliverDue } from '../src/jobs/deliver.ts'
import { claimDue, dueOrganisations } from '../src/repo/scheduled.ts'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel
let secret: Channel

const now = 1_767_312_000
let at = now
const clock = { now: () => at * 1000, monotonic: () => 0 }

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  open = await here.channel({ name: 'open' })
})
beforeEach(async () => {
  at = now
  ann = await here.user()
  bob = await here.user()
  secret = await here.channel({ private: true })
  await here.subscribe(secret, ann, bob)
  await here.subscribe(open, bob)
  await here.test.superuser('DELETE FROM messaging.scheduled')
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const ask = (user: number, op: string, fields: Record<string, unknown> = {}, id?: number) =>
  outcome(one.ask(user, op, fields, id === undefined ? {} : { path: { scheduled_message_id: String(id) } }))
const toOpen = (more: Record<string, unknown> = {}) => ({
  type: 'channel',
  to: open.id,
  topic: ' tea ',
  content: 'in a *minute* ',
  scheduled_delivery_timestamp: now + 60,
  ...more,
})
const schedule = async (user: number, more: Record<string, unknown> = {}): Promise<number> =>
  z.object({ scheduled_message_id: z.int() }).parse(await ask(user, 'create-scheduled-message', toOpen(more)))
    .scheduled_message_id
const Kept = z.array(z.looseObject({ scheduled_message_id: z.int(), failed: z.boolean() }))
const kept = async (user: number) =>
  z.object({ scheduled_messages: Kept }).parse(await ask(user, 'get-scheduled-messages')).scheduled_messages
const delivering = (by = one, onProblem: Delivering['onProblem'] = () => {}): Delivering => ({
  database: by.ctx.database,
  alertWords: by.ctx.alertWords,
  linkifiers: by.ctx.linkifiers,
  renderer: by.ctx.renderer,
  afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
  clock,
  onProblem,
})
const later = (seconds = 60): void => {
  at = now + seconds
}
const sentBy = async (user: number) =>
  z
    .array(z.object({ topic: z.string(), content: z.string(), client: z.string(), at: z.coerce.number() }))
    .parse(
      await here.test.superuser(
        `SELECT topic, content, client, extract(epoch FROM sent_at) AS at FROM messaging.messages
          WHERE org_id = $1 AND sender_id = $2 ORDER BY message_id`,
        [here.org, user],
      ),
    )
/** Without what the Notification Bot says. */
const lastEvents = async (n: number) =>
  z
    .array(z.object({ type: z.string(), body: z.unknown(), user_ids: z.array(z.int()) }))
    .parse(
      await here.test.superuser(
        `SELECT type, body, user_ids FROM events.log
          WHERE org_id = $1 AND (type <> 'message.sent' OR (body::jsonb ->> 'sender_id')::int <> $3)
          ORDER BY seq DESC LIMIT $2`,
        [here.org, n, here.bot],
      ),
    )
    .reverse()

test('AC-10 is kept, changed and thrown away, for oneself alone', async () => {
  const id = await schedule(ann)
  const shape = {
    scheduled_message_id: id,
    type: 'stream',
    to: open.id,
    topic: 'tea',
    content: 'in a *minute*',
    rendered_content: '<p>in a <em>minute</em></p>',
    scheduled_delivery_timestamp: now + 60,
    failed: false,
  }
  expect(await lastEvents(1)).toEqual([
    { type: 'scheduled.changed', body: { op: 'add', scheduled_message: shape }, user_ids: [ann] },
  ])
  const all = await ask(ann, 'get-scheduled-messages')
  expect(all).toEqual({ scheduled_messages: [shape] })
  expect(faultsOf('GET', '/scheduled_messages', all)).toEqual([])
  expect(await snapshotOf(one, ann, ['scheduled_messages'])).toEqual(all)
  expect(await kept(bob)).toEqual([])

  expect(await ask(ann, 'update-scheduled-message', { content: 'soon' }, id)).toEqual({})
  const edited = { ...shape, content: 'soon', rendered_content: '<p>soon</p>' }
  expect(await lastEvents(1)).toMatchObject([{ body: { op: 'update', scheduled_message: edited } }])
  const away = { type: 'direct', to: [bob], scheduled_delivery_timestamp: now + 90 }
  expect(await ask(ann, 'update-scheduled-message', away, id)).toEqual({})
  const { topic: _, ...rest } = edited
  expect(await kept(ann)).toEqual([
    { ...rest, type: 'private', to: [bob], scheduled_delivery_timestamp: now + 90 },
  ])
  expect(await ask(ann, 'update-scheduled-message', { to: [ann] }, id)).toEqual({})
  expect(await kept(ann)).toMatchObject([{ type: 'private', to: [ann] }])

  const missing = { code: 'NOT_FOUND', msg: 'Scheduled message does not exist' }
  expect(await ask(bob, 'update-scheduled-message', { content: 'x' }, id)).toEqual(missing)
  expect(await ask(bob, 'delete-scheduled-message', {}, id)).toEqual(missing)
  expect(await ask(ann, 'delete-scheduled-message', {}, id)).toEqual({})
  expect(await lastEvents(1)).toMatchObject([{ body: { op: 'remove', scheduled_message_id: id } }])
  expect(await ask(ann, 'delete-scheduled-message', {}, id)).toEqual(missing)
  expect(await kept(ann)).toEqual([])
})

test('is refused where it could not be sent now', async () => {
  const refused = (more: Record<string, unknown>, user = ann) =>
    ask(user, 'create-scheduled-message', toOpen(more))
  const past = { code: 'BAD_REQUEST', msg: 'Scheduled delivery time must be in the future.' }
  expect(await refused({ scheduled_delivery_timestamp: now })).toEqual(past)
  expect(await refused({ content: ' ' })).toMatchObject({ msg: 'Message must not be empty' })
  const { topic: _, ...bare } = toOpen()
  expect(await ask(ann, 'create-scheduled-message', bare)).toMatchObject({ msg: 'Missing topic' })
  const cid = await here.user()
  const unknown = await refused({ to: 987_654 }, cid)
  expect(unknown).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
  expect(await refused({ to: secret.id }, cid)).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
  expect(await refused({ type: 'direct', to: [987_654] })).toMatchObject({ msg: 'Invalid user ID 987654' })
  expect(await kept(ann)).toEqual([])

  const id = await schedule(ann)
  const change = (fields: Record<string, unknown>) => ask(ann, 'update-scheduled-message', fields, id)
  expect(await change({})).toMatchObject({ msg: 'Nothing to change' })
  expect(await change({ type: 'direct' })).toMatchObject({ msg: 'A new type needs new recipients' })
  expect(await change({ scheduled_delivery_timestamp: now })).toEqual(past)
  const closed = await here.channel({ private: true })
  for (const to of [987_654, closed.id])
    expect(await change({ to })).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST', stream_id: to })
  expect(await change({ content: '' })).toMatchObject({ msg: 'Message must not be empty' })
  await ask(ann, 'update-scheduled-message', { type: 'direct', to: [bob] }, id)
  expect(await change({ type: 'channel', to: open.id })).toMatchObject({ code: 'BAD_REQUEST' })
  expect(await kept(ann)).toMatchObject([{ to: [bob], content: 'in a *minute*' }])
})

const fill = (user: number, count: number, content = 'x', about: number | null = null) =>
  here.test.superuser(
    `INSERT INTO messaging.scheduled
       (org_id, user_id, user_ids, topic, content, rendered, client, url, sender_read, next_try_at, deliver_at, about)
     SELECT $1, $2, ARRAY[$2::integer], '', $4, '', '', '', true, 'infinity', 'infinity', $5
       FROM generate_series(1, $3::integer)`,
    [here.org, user, count, content, about],
  )

test('there are no more than so many of one person, whoever asks at once', async () => {
  await fill(ann, 498)
  await fill(bob, 500)
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => ask(ann, 'create-scheduled-message', toOpen())),
  )
  expect(answers.filter((answer) => Object.hasOwn(Object(answer) as object, 'code'))).toEqual(
    Array.from({ length: 4 }, () => ({
      code: 'BAD_REQUEST',
      msg: 'Too many scheduled messages (limit: 500)',
    })),
  )
})

test('all of one person’s have so many bytes together, however they come by them', async () => {
  const id = await schedule(ann, { content: 'x' })
  // Of both kinds, in bytes.
  await fill(ann, 1, 'é'.repeat(500_000))
  await fill(ann, 1, 'y'.repeat(980_000), 1)
  const full = {
    code: 'BAD_REQUEST',
    msg: 'Scheduled messages and reminders are too long together (limit: 2000000 bytes)',
  }
  const long = 'z'.repeat(9_000)
  expect(await ask(ann, 'update-scheduled-message', { content: `${long}${'z'.repeat(990)}` }, id)).toEqual({})
  expect(await ask(ann, 'create-scheduled-message', toOpen({ content: long }))).toEqual(full)
  expect(await ask(ann, 'update-scheduled-message', { content: 'x' }, id)).toEqual({})
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => ask(ann, 'create-scheduled-message', toOpen({ content: long }))),
  )
  expect(answers.filter((answer) => Object.hasOwn(Object(answer) as object, 'code'))).toEqual([
    full,
    full,
    full,
  ])
  expect(await ask(ann, 'update-scheduled-message', { content: long }, id)).toEqual(full)
})

test('is sent when it is due, not before, with the events of both', async () => {
  const id = await schedule(ann)
  await schedule(ann, { scheduled_delivery_timestamp: now + 61, type: 'direct', to: [bob] })
  later(59)
  expect(await dueOrganisations(one.ctx.database, now + 59)).toEqual([])
  expect(await deliverDue(delivering(), here.org)).toBe(0)
  later(60)
  expect(await dueOrganisations(one.ctx.database, now + 60)).toEqual([here.org])
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await sentBy(ann)).toEqual([
    { topic: 'tea', content: 'in a *minute*', client: 'website', at: now + 60 },
  ])
  const [message, gone] = await lastEvents(2)
  expect(message).toMatchObject({ type: 'message.sent', body: { sender_id: ann, stream_id: open.id } })
  expect(gone).toMatchObject({ body: { op: 'remove', scheduled_message_id: id }, user_ids: [ann] })
  // What was due while nobody was there goes out as soon as somebody is.
  later(100_000)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await sentBy(ann)).toMatchObject([{}, { topic: '', at: now + 100_000 }])
  expect(await kept(ann)).toEqual([])
})

const lost: [string, () => Promise<unknown>, Record<string, unknown>][] = [
  ['has left the channel', () => here.unsubscribe(secret, ann), {}],
  ['lost the channel to the archive', () => here.archive(secret), {}],
  ['writes to who is gone', () => here.deactivate(bob), { type: 'direct' }],
  ['is gone', () => here.deactivate(ann), {}],
  [
    'may not write directly any more',
    async () => here.give({ direct_message_permission_group: await here.naming() }),
    { type: 'direct' },
  ],
]
test.each(lost)('whose sender %s fails, which is told, and is sent nowhere', async (_, lose, to) => {
  const id = await schedule(ann, { to: secret.id, ...to, ...(to['type'] ? { to: [bob] } : {}) })
  await lose()
  later()
  // The other is the notice to its sender.
  expect(await deliverDue(delivering(), here.org)).toBe(2)
  expect(await sentBy(ann)).toEqual([])
  expect(await lastEvents(1)).toMatchObject([
    {
      type: 'scheduled.changed',
      body: { op: 'update', scheduled_message: { scheduled_message_id: id, failed: true } },
      user_ids: [ann],
    },
  ])
  expect(await deliverDue(delivering(), here.org)).toBe(0)
  expect(await dueOrganisations(one.ctx.database, now + 60)).toEqual([])
  await here.give({ direct_message_permission_group: 2 })
})

test('that failed is sent after all once it has a new time', async () => {
  const id = await schedule(ann, { to: secret.id })
  await here.unsubscribe(secret, ann)
  later()
  await deliverDue(delivering(), here.org)
  await here.subscribe(secret, ann)
  expect(await ask(ann, 'update-scheduled-message', { content: 'again' }, id)).toMatchObject({
    msg: 'Scheduled delivery time must be in the future.',
  })
  const time = { scheduled_delivery_timestamp: now + 120 }
  expect(await ask(ann, 'update-scheduled-message', time, id)).toEqual({})
  expect(await kept(ann)).toMatchObject([{ failed: false }])
  later(120)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await sentBy(ann)).toHaveLength(1)
})

test('F81 each is sent once by any number of instances at a time', async () => {
  for (let i = 0; i < 20; i++) await schedule(ann, { content: `number ${i}` })
  later()
  await using two = await here.instance()
  await using three = await here.instance()
  const done = await Promise.all([one, two, three, one].map((by) => deliverDue(delivering(by), here.org)))
  expect(done.reduce((a, b) => a + b)).toBe(20)
  const said = (await sentBy(ann)).map(({ content }) => content)
  expect([...said].sort()).toEqual(Array.from({ length: 20 }, (_, i) => `number ${i}`).sort())
  expect(await kept(ann)).toEqual([])
})

test('an instance that dies between claim and commit loses and doubles nothing', async () => {
  await schedule(ann, { content: 'first' })
  await schedule(ann, { content: 'second' })
  later()
  await using dying = await here.instance()
  const database = dying.ctx.database
  const claimed = Promise.withResolvers<void>()
  const die = Promise.withResolvers<void>()
  // Dies with everything written and nothing committed: its connection is cut.
  const doomed: Delivering = {
    ...delivering(dying),
    database: Object.assign(Object.create(database) as typeof database, {
      write: ((org, fn) =>
        database.write(org, async (tx) => {
          const result = await fn(tx)
          claimed.resolve()
          await die.promise
          await tx.execute('SELECT pg_terminate_backend(pg_backend_pid())')
          return result
        })) satisfies typeof database.write,
    }),
  }
  const death = deliverDue(doomed, here.org).catch((error: unknown) => error)
  await claimed.promise
  // What it has is left to it, and the head is behind it.
  const other = deliverDue(delivering(), here.org)
  die.resolve()
  expect(await death).toBeInstanceOf(AppError)
  await other
  await deliverDue(delivering(), here.org)
  expect((await sentBy(ann)).map(({ content }) => content).sort()).toEqual(['first', 'second'])
  expect(await kept(ann)).toEqual([])
})

test('while it is sent it can be neither changed nor taken back, only before or not at all', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, (_, i) => schedule(ann, { content: `${i}` })))
  later()
  const [, ...answers] = await Promise.all([
    deliverDue(delivering(), here.org),
    ...ids.map((id) => ask(ann, 'delete-scheduled-message', {}, id)),
  ])
  await deliverDue(delivering(), here.org)
  const refused = answers.filter((answer) => Object.hasOwn(Object(answer) as object, 'code')).length
  expect(await sentBy(ann)).toHaveLength(refused)
  expect(await kept(ann)).toEqual([])
})

const spoil = () =>
  here.test.superuser(
    `ALTER TABLE messaging.messages ADD CONSTRAINT spoilt CHECK (content NOT LIKE 'refused%') NOT VALID`,
  )
const mend = () => here.test.superuser('ALTER TABLE messaging.messages DROP CONSTRAINT spoilt')

test('those that fail by a fault of ours stay, keep back no other, and are tried less and less', async () => {
  for (let i = 0; i < 64; i++) await schedule(ann, { content: `refused ${i}` })
  await schedule(ann, { content: 'fine' })
  await spoil()
  later()
  const problems: unknown[] = []
  const on = delivering(one, (error) => problems.push(error))
  expect(await deliverDue(on, here.org)).toBe(0)
  expect(await deliverDue(on, here.org)).toBe(1)
  expect(problems).toHaveLength(64)
  expect(await dueOrganisations(one.ctx.database, at)).toEqual([])
  later(61)
  await deliverDue(on, here.org)
  later(62)
  await deliverDue(on, here.org)
  expect(problems).toHaveLength(128)
  await mend()
  later(63)
  expect(await deliverDue(on, here.org)).toBe(64)
  expect((await sentBy(ann))[0]?.content).toBe('fine')
  expect(await kept(ann)).toEqual([])
})

/** There is no room to make the code and formulas of a text that says so. */
const withoutRoom = (whenFull: () => void = () => {}): Delivering => {
  const on = delivering()
  return {
    ...on,
    renderer: {
      renderWithin(by, source, context, signal) {
        if (source.startsWith('full')) {
          throw new Beforehand(() => {
            whenFull()
            return Promise.reject(unavailable(new Error('the line is full')))
          })
        }
        return on.renderer.renderWithin(by, source, context, signal)
      },
    },
  }
}

test('one whose code and formulas find no room is put off, and keeps back no other', async () => {
  await schedule(ann, { content: 'full' })
  await schedule(bob, { content: 'fine', scheduled_delivery_timestamp: now + 61 })
  later(61)
  expect(await deliverDue(withoutRoom(), here.org)).toBe(1)
  expect((await sentBy(bob))[0]?.content).toBe('fine')
  expect(await dueOrganisations(one.ctx.database, at)).toEqual([])
  later(180)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect((await sentBy(ann))[0]?.content).toBe('full')
})

test('who shuts down sends no more, and leaves what waits as it was', async () => {
  await schedule(ann, { content: 'full' })
  await schedule(bob, { content: 'fine', scheduled_delivery_timestamp: now + 61 })
  later(61)
  const end = new AbortController()
  expect(
    await deliverDue(
      withoutRoom(() => end.abort()),
      here.org,
      end.signal,
    ),
  ).toBe(0)
  expect(await deliverDue(delivering(), here.org, end.signal)).toBe(0)
  expect(await deliverDue(delivering(), here.org)).toBe(2)
})

test('after a day of faults of ours it fails, which is told; a new time begins anew', async () => {
  const id = await schedule(ann, { content: 'refused' })
  await here.test.superuser('UPDATE messaging.scheduled SET attempts = 298')
  await spoil()
  later()
  await deliverDue(delivering(), here.org)
  expect(await kept(ann)).toMatchObject([{ failed: false }])
  later(359)
  await deliverDue(delivering(), here.org)
  expect(await kept(ann)).toMatchObject([{ failed: false }])
  later(360)
  await deliverDue(delivering(), here.org)
  expect(await lastEvents(1)).toMatchObject([
    {
      body: { op: 'update', scheduled_message: { scheduled_message_id: id, failed: true } },
      user_ids: [ann],
    },
  ])
  expect(await dueOrganisations(one.ctx.database, now + 1_000_000)).toEqual([])
  await mend()
  const time = { scheduled_delivery_timestamp: now + 400 }
  expect(await ask(ann, 'update-scheduled-message', time, id)).toEqual({})
  expect(await here.test.superuser('SELECT attempts FROM messaging.scheduled')).toEqual([{ attempts: 0 }])
  later(400)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await sentBy(ann)).toHaveLength(1)
})

test('what was written anew while it failed is not put off', async () => {
  const id = await schedule(ann, { content: 'refused' })
  await spoil()
  later()
  let changed = false
  const { database } = one.ctx
  const changing = Object.assign(Object.create(database) as typeof database, {
    write: ((org, fn) =>
      database.write(org, fn).catch(async (error: unknown) => {
        if (!changed)
          await ask(ann, 'update-scheduled-message', { scheduled_delivery_timestamp: now + 90 }, id)
        changed = true
        throw error
      })) satisfies typeof database.write,
  })
  await deliverDue({ ...delivering(), database: changing }, here.org)
  await mend()
  expect(changed).toBe(true)
  later(89)
  expect(await deliverDue(delivering(), here.org)).toBe(0)
  later(90)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
})

test('what was not written is not thrown away', async () => {
  await schedule(ann)
  later()
  const { database } = one.ctx
  const refusing = Object.assign(Object.create(database) as typeof database, {
    write: ((org, fn) =>
      database.write(org, (tx) =>
        fn({
          org: tx.org,
          execute: (sql, params) => tx.execute(sql, params),
          query: async (row, sql, params) =>
            sql.includes('send_batch')
              ? [row.parse({ i: 1, status: 'other', message_id: null, rights: 1, seq: 1 })]
              : tx.query(row, sql, params),
        }),
      )) satisfies typeof database.write,
  })
  const problems: unknown[] = []
  const on = delivering(one, (error) => problems.push(error))
  expect(await deliverDue({ ...on, database: refusing }, here.org)).toBe(0)
  expect(problems).toEqual([new Error('a message that was due ended as other')])
  expect(await kept(ann)).toMatchObject([{ failed: false }])
})

test('rights that move meanwhile are decided on again', async () => {
  await schedule(ann, { to: secret.id })
  later()
  let moved = false
  const { database } = one.ctx
  const moving = Object.assign(Object.create(database) as typeof database, {
    write: ((org, fn) =>
      database.write(org, (tx) =>
        fn({
          org: tx.org,
          execute: (sql, params) => tx.execute(sql, params),
          async query(row, sql, params) {
            if (sql.includes('send_batch') && !moved) {
              moved = true
              await here.unsubscribe(secret, ann)
            }
            return tx.query(row, sql, params)
          },
        }),
      )) satisfies typeof database.write,
  })
  expect(await deliverDue({ ...delivering(), database: moving }, here.org)).toBe(2)
  expect(moved).toBe(true)
  expect(await sentBy(ann)).toEqual([])
  expect(await kept(ann)).toMatchObject([{ failed: true }])
})

test('alerts by the words that people have by then', async () => {
  await schedule(ann, { content: 'nothing', scheduled_delivery_timestamp: now + 1 })
  await schedule(ann, { content: 'coffee is ready' })
  later(1)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  await using two = await here.instance()
  await two.ask(bob, 'add-alert-words', { alert_words: ['coffee'] })
  later()
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await lastEvents(2)).toMatchObject([
    { type: 'message.sent', body: { content: 'coffee is ready', flags: { alerted: [bob] } } },
    { type: 'scheduled.changed' },
  ])
})

test('events as the contract has them', () => {
  const viewer = {} as Parameters<typeof scheduledChanged.shape>[1]
  const scheduled_message = {
    scheduled_message_id: 1,
    type: 'stream' as const,
    to: 9,
    topic: 'tea',
    content: 'x',
    rendered_content: '<p>x</p>',
    scheduled_delivery_timestamp: now,
    failed: false,
  }
  const bodies: ScheduledChanged[] = [
    { op: 'add', scheduled_message },
    { op: 'update', scheduled_message: { ...scheduled_message, type: 'private', to: [9], topic: undefined } },
    { op: 'remove', scheduled_message_id: 1 },
  ]
  for (const body of bodies)
    expect(
      contractAvailable()
        ? eventFaults(
            JSON.parse(JSON.stringify({ id: 1, ...scheduledChanged.shape(body, viewer) })) as object,
          )
        : [],
    ).toEqual([])
})

test('begins the conversation first where guests see only whom they have met', async () => {
  const guest = await here.user({ role: 600 })
  await here.give({ can_access_all_users_group: 3 })
  try {
    await schedule(ann, { type: 'direct', to: [guest] })
    await schedule(ann, { type: 'direct', to: [guest], content: 'and again' })
    const back = { type: 'direct', to: [ann], content: 'who are you' }
    expect(await ask(guest, 'create-scheduled-message', toOpen(back))).toMatchObject({
      msg: `Invalid user ID ${ann}`,
    })
    later()
    expect(await deliverDue(delivering(), here.org)).toBe(2)
    expect((await lastEvents(5)).map(({ type }) => type)).toEqual([
      'user.moved',
      'message.sent',
      'scheduled.changed',
      'message.sent',
      'scheduled.changed',
    ])
    at = now
    expect(await ask(guest, 'create-scheduled-message', toOpen(back))).toHaveProperty('scheduled_message_id')
  } finally {
    await here.give({ can_access_all_users_group: 2 })
  }
})

test('what people scheduled is sent by turns with what the bot is to say, however much that is', async () => {
  const [mine] = [await schedule(bob)]
  at = now + 120
  await one.ctx.database.write(here.org, (tx) =>
    tx.execute(
      `SELECT messaging.v2_say($1, $2, NULL, 't', 'notice ' || n, '', false) FROM generate_series(1, 200) n`,
      [here.org, open.id],
    ),
  )
  await one.ctx.database.write(here.org, async (tx) => {
    const first = await claimDue(tx, at, 'notices')
    const second = await claimDue(tx, at, 'others')
    expect([first?.notice, second?.id]).toEqual([true, mine])
  })
  expect(await deliverDue(delivering(), here.org)).toBe(64)
  expect(await kept(bob)).toEqual([])
  // Where only one of them is due, it has every turn.
  expect(await deliverDue(delivering(), here.org)).toBe(64)
})
