import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let admin: number
beforeAll(async () => {
  here = await world()
  one = await here.instance()
  admin = await here.user({ role: role.admin, name: 'Ann' })
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const tried = (user: number, text: string) =>
  outcome(one.ask(user, 'test-welcome-bot-custom-message', { welcome_message_custom_text: text }))
const Shown = z.object({
  message: z.looseObject({ sender_id: z.int(), content: z.string(), flags: z.array(z.string()) }),
})

test('the bot says it to the administrator who asks, unread, and the answer has the message’s id', async () => {
  const answer = await tried(admin, ' Welcome, *you* ')
  expect(faultsOf('POST', '/realm/test_welcome_bot_custom_message', answer)).toEqual([])
  const { message_id: id } = z.object({ message_id: z.int() }).parse(answer)
  const asked = { path: { message_id: String(id) } }
  expect(Shown.parse(await one.ask(admin, 'get-message', {}, asked)).message).toMatchObject({
    sender_id: here.bot,
    content: '<p>Welcome, <em>you</em></p>',
    flags: [],
  })
  const bob = await here.user({ role: role.admin })
  expect(await outcome(one.ask(bob, 'get-message', {}, asked))).toMatchObject({ code: 'BAD_REQUEST' })
  // Asked again it is said again.
  expect(await tried(admin, 'Welcome, *you*')).not.toEqual(answer)
})

test('many at once get one each', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => tried(admin, 'hello')))
  const ids = answers.map((answer) => z.object({ message_id: z.int() }).parse(answer).message_id)
  expect(new Set(ids).size).toBe(8)
})

test('nobody else has it said, and not what makes no message', async () => {
  for (const as of [role.moderator, role.member, role.guest])
    expect(await tried(await here.user({ role: as }), 'hello')).toEqual({
      code: 'UNAUTHORIZED_PRINCIPAL',
      msg: 'Must be an organization administrator',
    })
  expect(await tried(admin, '  ')).toMatchObject({ msg: 'Message must not be empty' })
  expect(await tried(admin, 'x'.repeat(8001))).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
  expect(await tried(admin, 'x'.repeat(8000))).toHaveProperty('message_id')
})

test('it is said also where nobody may write directly', async () => {
  await here.give({ direct_message_permission_group: 8 })
  expect(await tried(admin, 'hello')).toHaveProperty('message_id')
  await here.give({ direct_message_permission_group: 2 })
})

test('AC-13 who is taken out of use while they ask hears nothing', async () => {
  const bob = await here.user({ role: role.admin, name: 'Bob Gone' })
  const { database } = one.ctx
  const read: typeof database.read = async (org, fn) => {
    const found = await database.read(org, fn)
    await here.deactivate(bob)
    return found
  }
  Object.assign(one.ctx, { database: { ...database, read } })
  expect(await tried(bob, 'hello')).toEqual({
    code: 'BAD_REQUEST',
    msg: "'Bob Gone' is no longer using Zulip.",
  })
  Object.assign(one.ctx, { database })
})
