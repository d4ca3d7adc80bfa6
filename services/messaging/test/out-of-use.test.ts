import { appendedIn } from '@parley/events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Delivering, deliverDue } from '../src/jobs/deliver.ts'
import { expireOld } from '../src/jobs/expire.ts'
import { expiringOrganisations } from '../src/repo/expired.ts'
import { dueOrganisations } from '../src/repo/scheduled.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

// What the server does by itself waits while its organisation is out of use, and goes on when it is not any more.
let here: World
let other: World
let one: Instance
let ann: number
let bob: number
let open: Channel

const now = 1_767_312_000
let at = now
const clock = { now: () => at * 1000, monotonic: () => 0 }
const afterCommit = { appendedIn, hint() {}, barrier: async () => {} }

beforeAll(async () => {
  here = await world()
  other = await world(here.test, 'other')
  one = await here.instance()
})
beforeEach(async () => {
  at = now
  ann = await here.user()
  bob = await here.user()
  open = await here.channel({})
  await here.subscribe(open, ann, bob)
  await here.test.superuser('DELETE FROM messaging.scheduled')
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

/** As the auth service does it: the row, everybody's generation, and an event that moves rights. */
const use = async (deactivated: boolean, of = here): Promise<void> => {
  const auth = await here.test.as('auth')
  await auth.write(of.org, async (tx) => {
    await tx.execute('UPDATE auth.organisations SET deactivated = $2 WHERE org_id = $1', [
      tx.org,
      deactivated,
    ])
    if (deactivated)
      await tx.execute('UPDATE auth.users SET generation = generation + 1 WHERE org_id = $1', [tx.org])
    const type = deactivated ? 'organisation.deactivated' : 'organisation.reactivated'
    const event = { type, body: { by: null }, users: [], channel: null, changes_rights: true, revokes: false }
    await tx.execute('SELECT events.append($1, NULL, $2)', [tx.org, JSON.stringify([event])])
  })
}
const delivering = (database = one.ctx.database): Delivering => ({
  database,
  alertWords: one.ctx.alertWords,
  linkifiers: one.ctx.linkifiers,
  renderer: one.ctx.renderer,
  afterCommit,
  clock,
  onProblem: (error) => {
    throw error
  },
})
const due = async () => (await dueOrganisations(one.ctx.database, at)).map(Number)
const said = async (by: number): Promise<string[]> =>
  z
    .array(z.object({ content: z.string() }))
    .parse(
      await here.test.superuser(
        'SELECT content FROM messaging.messages WHERE org_id = $1 AND sender_id = $2 ORDER BY message_id',
        [here.org, by],
      ),
    )
    .map(({ content }) => content)
const waiting = () =>
  here.test.superuser('SELECT failed, attempts FROM messaging.scheduled WHERE org_id = $1', [here.org])
const schedule = (content: string) =>
  one.ask(ann, 'create-scheduled-message', {
    type: 'channel',
    to: open.id,
    topic: 'tea',
    content,
    scheduled_delivery_timestamp: now + 60,
  })
const remind = async (): Promise<void> => {
  const sent = await one.ask(bob, 'send-message', {
    type: 'channel',
    to: open.id,
    topic: 'tea',
    content: 'x',
  })
  const { id } = z.object({ id: z.int() }).parse(sent)
  await one.ask(ann, 'create-message-reminder', { message_id: id, scheduled_delivery_timestamp: now + 60 })
}

test('what is due is neither sent nor failed meanwhile, and goes out once afterwards', async () => {
  await schedule('tea?')
  await remind()
  at = now + 60
  expect(await due()).toEqual([here.org])
  await use(true)
  expect(await due()).toEqual([])
  // Whoever found it before finds nothing to do.
  expect(await deliverDue(delivering(), here.org)).toBe(0)
  const untouched = { failed: false, attempts: 0 }
  expect(await waiting()).toEqual([untouched, untouched])
  at = now + 100_000
  expect(await deliverDue(delivering(), here.org)).toBe(0)
  await use(false)
  expect(await due()).toEqual([here.org])
  const done = await Promise.all([deliverDue(delivering(), here.org), deliverDue(delivering(), here.org)])
  expect(done.reduce((a, b) => a + b)).toBe(2)
  expect(await said(ann)).toEqual(['tea?'])
  expect(await said(here.bot)).toHaveLength(1)
  expect(await waiting()).toEqual([])
})

test('what goes out of use while something is being sent has not sent it', async () => {
  await schedule('late tea')
  at = now + 60
  const { database } = one.ctx
  let first = true
  // Right after it was claimed.
  const overtaken = Object.assign(Object.create(database) as typeof database, {
    write: ((org, fn) =>
      database.write(org, async (tx) => {
        const query: typeof tx.query = async (row, sql, params) => {
          const rows = await tx.query(row, sql, params)
          if (first && sql.includes('SKIP LOCKED') && rows.length > 0) {
            first = false
            await use(true)
          }
          return rows
        }
        return fn(Object.assign(Object.create(tx) as typeof tx, { query }))
      })) satisfies typeof database.write,
  })
  expect(await deliverDue(delivering(overtaken), here.org)).toBe(0)
  expect(first).toBe(false)
  expect(await said(ann)).toEqual([])
  expect(await waiting()).toEqual([{ failed: false, attempts: 0 }])
  await use(false)
  expect(await deliverDue(delivering(), here.org)).toBe(1)
  expect(await said(ann)).toEqual(['late tea'])
})

test('old messages stay until it is in use again', async () => {
  await one.ask(ann, 'send-message', { type: 'channel', to: open.id, topic: 'tea', content: 'old' })
  await here.test.superuser(
    `UPDATE messaging.messages SET sent_at = to_timestamp($2) - interval '9 days' WHERE org_id = $1`,
    [here.org, now],
  )
  await here.test.superuser('UPDATE streams.channels SET message_retention_days = 3 WHERE channel_id = $1', [
    open.id,
  ])
  const expire = () =>
    expireOld({ database: one.ctx.database, afterCommit, clock, onProblem: () => {} }, here.org)
  const expiring = async () => (await expiringOrganisations(one.ctx.database)).map(Number)
  expect(await expiring()).toEqual([here.org])
  await use(true)
  expect(await expiring()).toEqual([])
  expect(await expire()).toBe(0)
  expect(await said(ann)).toEqual(['old'])
  await use(false)
  expect(await expire()).toBe(1)
  expect(await said(ann)).toEqual([])
})

test('another organisation’s go out meanwhile', async () => {
  await using elsewhere = await other.instance()
  const eve = await other.user()
  const channel = await other.channel({})
  await other.subscribe(channel, eve)
  await elsewhere.ask(eve, 'create-scheduled-message', {
    type: 'channel',
    to: channel.id,
    topic: 't',
    content: 'here',
    scheduled_delivery_timestamp: now + 60,
  })
  await schedule('there')
  at = now + 60
  await use(true)
  expect(await due()).toEqual([other.org])
  expect(await deliverDue(delivering(elsewhere.ctx.database), other.org)).toBe(1)
  await use(false)
})
