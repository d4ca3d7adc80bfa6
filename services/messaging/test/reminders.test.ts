import { appendedIn, type ReminderChanged, reminderChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Delivering, deliverDue } from '../src/jobs/deliver.ts'
import { sentText, waitingText } from '../src/rules/reminder-text.ts'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let secret: Channel
let message: number

const now = 1_767_312_000
let at = now

beforeAll(async () => {
  here = await world()
  one = await here.instance()
})
beforeEach(async () => {
  at = now
  ann = await here.user()
  bob = await here.user({ name: 'Bob' })
  secret = await here.channel({ private: true })
  await here.subscribe(secret, ann, bob)
  await here.test.superuser('DELETE FROM messaging.scheduled')
  message = z.object({ id: z.int() }).parse(
    await one.ask(bob, 'send-message', {
      type: 'channel',
      to: secret.id,
      topic: 't',
      content: 'the ```plan```',
    }),
  ).id
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const ask = (
  user: number,
  op: string,
  fields: Record<string, unknown> = {},
  path: Record<string, string> = {},
) => outcome(one.ask(user, op, fields, { path }))
const remind = (user: number, more: Record<string, unknown> = {}) =>
  ask(user, 'create-message-reminder', {
    message_id: message,
    scheduled_delivery_timestamp: now + 60,
    ...more,
  })
const made = async (user: number, more: Record<string, unknown> = {}): Promise<number> =>
  z.object({ reminder_id: z.int() }).parse(await remind(user, more)).reminder_id
const deliver = (): Promise<number> => {
  at = now + 60
  const on: Delivering = {
    database: one.ctx.database,
    alertWords: one.ctx.alertWords,
    linkifiers: one.ctx.linkifiers,
    renderer: one.ctx.renderer,
    afterCommit: { appendedIn, hint() {}, barrier: async () => {} },
    clock: { now: () => at * 1000, monotonic: () => 0 },
    onProblem(error) {
      throw error
    },
  }
  return deliverDue(on, here.org)
}
const inbox = async (user: number) =>
  z.object({ messages: z.array(z.looseObject({ content: z.string(), sender_id: z.int() })) }).parse(
    await one.ask(user, 'get-messages', {
      anchor: 'newest',
      num_before: 10,
      num_after: 0,
      apply_markdown: false,
      narrow: [{ operator: 'dm', operand: [here.bot] }],
    }),
  ).messages
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

test('is kept and thrown away, for oneself alone, and holds nothing of the message', async () => {
  const id = await made(ann, { note: 'answer *this*' })
  const all = await ask(ann, 'get-reminders')
  expect(all).toMatchObject({
    reminders: [
      {
        reminder_id: id,
        type: 'private',
        to: [ann],
        scheduled_delivery_timestamp: now + 60,
        failed: false,
        reminder_target_message_id: message,
      },
    ],
  })
  expect(JSON.stringify(all)).toContain('answer <em>this</em>')
  expect(JSON.stringify(all)).not.toContain('plan')
  expect(faultsOf('GET', '/reminders', all)).toEqual([])
  expect(await snapshotOf(one, ann, ['reminders'])).toEqual(all)
  expect(await lastEvents(1)).toMatchObject([
    { type: 'reminder.changed', body: { op: 'add', reminder: { reminder_id: id } }, user_ids: [ann] },
  ])
  // Neither is the other: each has endpoints of its own.
  expect(await ask(ann, 'get-scheduled-messages')).toEqual({ scheduled_messages: [] })
  const path = { reminder_id: String(id), scheduled_message_id: String(id) }
  const missing = { code: 'NOT_FOUND', msg: 'Reminder does not exist' }
  expect(await ask(ann, 'delete-scheduled-message', {}, path)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await ask(ann, 'update-scheduled-message', { content: 'x' }, path)).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await ask(bob, 'delete-reminder', {}, path)).toEqual(missing)
  expect(await ask(ann, 'delete-reminder', {}, path)).toEqual({})
  expect(await lastEvents(1)).toMatchObject([{ body: { op: 'remove', reminder_id: id } }])
  expect(await ask(ann, 'delete-reminder', {}, path)).toEqual(missing)
})

test('is refused for the past, for what one may not read, and beyond so many', async () => {
  expect(await remind(ann, { scheduled_delivery_timestamp: now })).toMatchObject({ code: 'BAD_REQUEST' })
  expect(await remind(ann, { note: 'x'.repeat(501) })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
  const stranger = await here.user()
  const hidden = await remind(stranger)
  expect(hidden).toEqual({ code: 'BAD_REQUEST', msg: 'Invalid message(s)' })
  expect(await remind(stranger, { message_id: 987_654 })).toEqual(hidden)
  await here.test.superuser(
    `INSERT INTO messaging.scheduled
       (org_id, user_id, user_ids, topic, content, rendered, client, url, sender_read, next_try_at, deliver_at, about)
     SELECT $1, $2, ARRAY[$2::integer], '', 'x', 'x', '', '', true, 'infinity', 'infinity', 1 FROM generate_series(1, 500)`,
    [here.org, ann],
  )
  expect(await remind(ann)).toMatchObject({ msg: 'Too many reminders (limit: 500)' })
})

test('comes as a message of the Notification Bot that quotes what it is about, as it is then', async () => {
  const id = await made(ann)
  await one.ask(
    bob,
    'update-message',
    { content: 'the new ```plan```' },
    { path: { message_id: String(message) } },
  )
  expect(await deliver()).toBe(1)
  const [reminder] = await inbox(ann)
  expect(reminder).toMatchObject({ sender_id: here.bot, type: 'private', flags: [] })
  expect(reminder?.content).toContain(`[a message](https://acme.example.com/#narrow/near/${message})`)
  expect(reminder?.content).toContain('the new ```plan```')
  const [gone] = await lastEvents(1)
  expect(gone).toMatchObject({ body: { op: 'remove', reminder_id: id }, user_ids: [ann] })
  expect(await inbox(bob)).toEqual([])
})

test.each<[string, () => Promise<unknown>]>([
  ['left where it was', () => here.unsubscribe(secret, ann)],
  [
    'whose message was deleted',
    () =>
      here.test.superuser('DELETE FROM messaging.messages WHERE org_id = $1 AND message_id = $2', [
        here.org,
        message,
      ]),
  ],
])('of who %s fails, which is told', async (_, lose) => {
  const id = await made(ann)
  await lose()
  expect(await deliver()).toBe(2)
  const [notice, ...others] = await inbox(ann)
  expect(notice?.content).toContain('A reminder that you asked for could not be sent.')
  expect(notice?.content).toContain('Invalid message(s)')
  expect(others).toEqual([])
  expect(await ask(ann, 'get-reminders')).toMatchObject({ reminders: [{ reminder_id: id, failed: true }] })
  expect(await lastEvents(2)).toMatchObject([
    { body: { op: 'remove', reminder_id: id } },
    { body: { op: 'add', reminder: { reminder_id: id, failed: true } } },
  ])
  expect(await deliver()).toBe(0)
})

test('a quotation ends where it ends', () => {
  expect(sentText('x', 7, 'a\n````\nb')).toBe('x\n\n@_**|7**:\n\n`````quote\na\n````\nb\n`````')
  expect(waitingText('https://x', 7, ' ')).toBe('Reminder of [a message](https://x/#narrow/near/7).')
})

test('events as the contract has them', () => {
  const viewer = {} as Parameters<typeof reminderChanged.shape>[1]
  const reminder = {
    reminder_id: 1,
    type: 'private' as const,
    to: [1],
    content: 'x',
    rendered_content: 'x',
    scheduled_delivery_timestamp: now,
    failed: false,
    reminder_target_message_id: 1,
  }
  const bodies: ReminderChanged[] = [
    { op: 'add', reminder },
    { op: 'remove', reminder_id: 1 },
  ]
  for (const body of bodies)
    expect(contractAvailable() ? eventFaults({ id: 1, ...reminderChanged.shape(body, viewer) }) : []).toEqual(
      [],
    )
})
