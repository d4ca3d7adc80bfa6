import { role } from '@parley/access'
import { userStatusChanged } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let guest: number
let admin: number
let bot: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  guest = await here.user({ name: 'Gus', role: role.guest })
  admin = await here.user({ name: 'Ada', role: role.admin })
  bot = await here.user({ name: 'Bot', botOwner: ann })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const set = (user: number, fields: Record<string, unknown>) => outcome(one.ask(user, 'update-status', fields))
const setOf = (user: number, whose: number, fields: Record<string, unknown>) =>
  outcome(one.ask(user, 'update-status-for-user', fields, { path: { user_id: String(whose) } }))
const statusOf = (user: number, whose: number) =>
  outcome(one.ask(user, 'get-user-status', {}, { path: { user_id: String(whose) } }))
const Log = z.object({ body: userStatusChanged.body, user_ids: z.array(z.int()) })
const events = async () =>
  (
    await here.test.superuser(
      "SELECT body, user_ids FROM events.log WHERE org_id = $1 AND type = 'user.status-changed' ORDER BY seq",
      [here.org],
    )
  ).map((row) => Log.parse(row))
const coffee = { emoji_name: 'coffee', emoji_code: '2615', reaction_type: 'unicode_emoji' }

test('one says what one does; everybody sees it, and what is empty goes', async () => {
  expect(await set(ann, { status_text: ' at lunch ', emoji_name: 'coffee' })).toEqual({})
  const whole = { status: { status_text: 'at lunch', ...coffee } }
  expect(await statusOf(guest, ann)).toEqual(whole)
  expect(faultsOf('GET', '/users/{user_id}/status', whole)).toEqual([])
  expect(await snapshotOf(one, bob)).toMatchObject({ user_status: { [ann]: whole.status } })

  expect(await set(ann, { status_text: '' })).toEqual({})
  expect(await statusOf(bob, ann)).toEqual({ status: coffee })
  expect(await set(ann, { emoji_name: '' })).toEqual({})
  expect(await statusOf(bob, ann)).toEqual({ status: {} })
  expect(await snapshotOf(one, bob)).toMatchObject({ user_status: {} })

  const told = await events()
  expect(told.map(({ body }) => body)).toEqual([
    { user_id: ann, status_text: 'at lunch', ...coffee },
    { user_id: ann, status_text: '' },
    { user_id: ann, emoji_name: '', emoji_code: '', reaction_type: 'unicode_emoji' },
  ])
  const viewer = {} as Parameters<typeof userStatusChanged.shape>[1]
  const faults = told.flatMap(({ body }) =>
    contractAvailable() ? eventFaults({ id: 1, ...userStatusChanged.shape(body, viewer) }) : [],
  )
  expect(faults).toEqual([])
})

test('what is so already is told to nobody', async () => {
  await set(bob, { status_text: 'here' })
  const before = (await events()).length
  expect(await set(bob, { status_text: 'here' })).toEqual({})
  expect(await set(bob, { emoji_name: '' })).toEqual({})
  expect(await events()).toHaveLength(before)
})

test('what cannot be a status is refused, and changes nothing', async () => {
  await set(bob, { status_text: 'here', ...coffee })
  for (const [fields, said] of [
    [{}, 'Client did not pass any new values.'],
    [{ status_text: 'x'.repeat(61) }, 'status_text is too long (limit: 60 characters)'],
    [
      { status_text: 'gone', emoji_code: '2615' },
      'Client must pass emoji_name if they pass either emoji_code or reaction_type.',
    ],
    [
      { reaction_type: 'unicode_emoji' },
      'Client must pass emoji_name if they pass either emoji_code or reaction_type.',
    ],
    [{ status_text: 'gone', emoji_name: 'no_such_thing' }, "Emoji 'no_such_thing' does not exist"],
    [{ ...coffee, emoji_name: 'tada' }, 'Invalid emoji name.'],
    [{ ...coffee, reaction_type: 'other' }, 'Invalid emoji type.'],
  ] as const)
    expect(await set(bob, fields)).toMatchObject({ msg: said })
  expect(await statusOf(ann, bob)).toEqual({ status: { status_text: 'here', ...coffee } })
  expect(await set(bob, { status_text: '💤'.repeat(60) })).toEqual({})
})

test('another’s is set by administrators, and a bot’s by who owns it', async () => {
  expect(await setOf(admin, bob, { status_text: 'on leave' })).toEqual({})
  expect(await statusOf(ann, bob)).toMatchObject({ status: { status_text: 'on leave' } })
  expect(await setOf(ann, bot, { status_text: 'beep' })).toEqual({})
  expect(await statusOf(bob, bot)).toEqual({ status: { status_text: 'beep' } })
  const refused = { msg: 'Must be an organization administrator' }
  expect(await setOf(bob, bot, { status_text: 'x' })).toMatchObject(refused)
  expect(await setOf(bob, ann, { status_text: 'x' })).toMatchObject(refused)
  expect(await setOf(bob, 999_999, { status_text: 'x' })).toMatchObject(refused)
  expect(await setOf(admin, bob, {})).toMatchObject({ msg: 'Client did not pass any new values.' })
  await here.deactivate(bob)
  expect(await setOf(admin, bob, { status_text: 'x' })).toMatchObject({ msg: 'User is deactivated' })
})

test('who is not of the organisation is not there', async () => {
  const nobody = { msg: 'No such user' }
  expect(await statusOf(ann, 999_999)).toMatchObject(nobody)
  expect(await statusOf(ann, Number.MAX_SAFE_INTEGER)).toMatchObject(nobody)
  expect(await setOf(admin, 999_999, { status_text: 'x' })).toMatchObject(nobody)
})

test('who says that they are away, as older clients do, does not show when they are there, and that shows to nobody', async () => {
  const eve = await here.user({ name: 'Eve' })
  const said = async () =>
    here.test.superuser(
      'SELECT type, body, user_ids FROM events.log WHERE org_id = $1 AND seq > $2 ORDER BY seq',
      [here.org, before],
    )
  const head = async () => {
    const [row] = await here.test.superuser('SELECT seq FROM events.head WHERE org_id = $1', [here.org])
    return z.object({ seq: z.coerce.number() }).parse(row).seq
  }
  const own = (value: boolean) => ({
    type: 'account.set',
    body: { property: 'presence_enabled', value },
    user_ids: [eve],
  })
  let before = await head()
  expect(await set(eve, { away: true })).toEqual({})
  expect(await set(eve, { away: true })).toEqual({})
  expect(await said()).toEqual([own(false)])
  const hidden = () =>
    one.ctx.database.read(here.org, (tx) =>
      tx.query(
        z.object({ user_id: z.int() }),
        'SELECT user_id FROM auth.v1_presence_hidden WHERE org_id = $1',
        [here.org],
      ),
    )
  expect(await hidden()).toEqual([{ user_id: eve }])
  expect(await statusOf(ann, eve)).toEqual({ status: {} })

  before = await head()
  expect(await set(eve, { away: false, status_text: 'here again' })).toEqual({})
  expect(await said()).toMatchObject([
    { type: 'user.status-changed', body: { user_id: eve, status_text: 'here again' } },
    own(true),
  ])
  expect(await hidden()).toEqual([])
  before = await head()
  // What cannot be set as a whole is not set in part.
  expect(await set(eve, { away: true, emoji_name: 'no such' })).toMatchObject({ code: 'BAD_REQUEST' })
  expect([await said(), await hidden()]).toEqual([[], []])
  expect(await set(eve, { away: 'no' })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
})

test('of two who say at once that they are away one is news', async () => {
  const eve = await here.user({ name: 'Eve' })
  await Promise.all([1, 2, 3].map(() => set(eve, { away: true })))
  const told = await here.test.superuser(
    "SELECT FROM events.log WHERE org_id = $1 AND type = 'account.set' AND user_ids = ARRAY[$2::integer]",
    [here.org, eve],
  )
  expect(told).toHaveLength(1)
})
