import { orgId } from '@parley/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createEmojiImages } from '../src/facts/emoji-images.ts'
import { type Channel, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

let made = 0
/** Gives the organisation an emoji, as uploads does. @returns its id */
async function ours(name: string, org: number = here.org): Promise<number> {
  const path = `emoji/images/${++made}.png`
  await here.test.superuser("INSERT INTO uploads.keys VALUES ($1, '') ON CONFLICT DO NOTHING", [org])
  await here.test.superuser("INSERT INTO uploads.images VALUES ($1, $2, 'image/png', '')", [org, path])
  await here.test.superuser(
    'INSERT INTO uploads.emoji (org_id, emoji_id, name, author_id, path) VALUES ($1, $2, $3, 1, $4)',
    [org, made, name, path],
  )
  return made
}
const takeAway = (id: number) =>
  here.test.superuser('UPDATE uploads.emoji SET deactivated = true WHERE emoji_id = $1', [id])

const Sent = z.object({ id: z.int() })
const say = async (content: string) =>
  Sent.parse(await one.ask(ann, 'send-message', { type: 'channel', to: open.id, topic: 'tea', content })).id
const Shown = z.object({
  message: z.object({
    content: z.string(),
    reactions: z.array(
      z.object({
        emoji_name: z.string(),
        emoji_code: z.string(),
        reaction_type: z.string(),
        user_id: z.int(),
      }),
    ),
  }),
})
const shown = async (id: number) => {
  const answer = await one.ask(ann, 'get-message', {}, { path: { message_id: String(id) } })
  expect(faultsOf('GET', '/messages/{message_id}', answer)).toEqual([])
  return Shown.parse(answer).message
}
const asked = (user: number, what: 'add-reaction' | 'remove-reaction', id: number, fields: object) =>
  outcome(one.ask(user, what, { ...fields }, { path: { message_id: String(id) } }))

test('a text shows the organisation’s emoji by its name, before one that everybody has', async () => {
  const id = await ours('tea_set')
  await ours('heart')
  const image = (name: string, number: number) =>
    `<img alt=":${name}:" class="emoji" src="/user_avatars/${here.org}/emoji/images/${number}.png" title="${name.replaceAll('_', ' ')}">`
  const said = await say('a :tea_set: and a :heart: and `:tea_set:`')
  const content = `<p>a ${image('tea_set', id)} and a ${image('heart', id + 1)} and <code>:tea_set:</code></p>`
  expect((await shown(said)).content).toBe(content)
  expect(await one.ask(bob, 'render-message', { content: ':tea_set:' })).toEqual({
    rendered: `<p>${image('tea_set', id)}</p>`,
  })
  await takeAway(id)
  await takeAway(id + 1)
  // What was said stays as it was said; what is said next is text, or everybody's emoji.
  expect((await shown(said)).content).toBe(content)
  const next = (await shown(await say(':tea_set: :heart:'))).content
  expect(next).toContain('<p>:tea_set: ')
  expect(next).toContain('emoji-2764')
})

test('another organisation’s emoji are nothing here', async () => {
  const id = await ours('theirs', 4711)
  const said = await say(':theirs:')
  expect((await shown(said)).content).toBe('<p>:theirs:</p>')
  expect(await asked(bob, 'add-reaction', said, { emoji_name: 'theirs' })).toMatchObject({
    msg: "Emoji 'theirs' does not exist",
  })
  const named = { emoji_name: 'theirs', emoji_code: String(id), reaction_type: 'realm_emoji' }
  expect(await asked(bob, 'add-reaction', said, named)).toMatchObject({ msg: 'Invalid custom emoji.' })
})

test('a message takes the organisation’s emoji, by its name or its id', async () => {
  const id = await ours('kettle')
  const said = await say('x')
  const kettle = { emoji_name: 'kettle', emoji_code: String(id), reaction_type: 'realm_emoji' }
  expect(await asked(ann, 'add-reaction', said, { emoji_name: 'kettle' })).toEqual({})
  expect(await asked(bob, 'add-reaction', said, kettle)).toEqual({})
  expect((await shown(said)).reactions).toEqual([
    { ...kettle, user_id: ann },
    { ...kettle, user_id: bob },
  ])
  expect(await asked(ann, 'add-reaction', said, { ...kettle, emoji_name: 'pot' })).toMatchObject({
    code: 'REACTION_ALREADY_EXISTS',
  })
  expect(await asked(ann, 'remove-reaction', said, { emoji_name: 'kettle' })).toEqual({})
  expect((await shown(said)).reactions).toEqual([{ ...kettle, user_id: bob }])
  const other = await say('y')
  expect(await asked(ann, 'add-reaction', other, { ...kettle, emoji_name: 'pot' })).toMatchObject({
    msg: 'Invalid custom emoji name.',
  })
  for (const emoji_code of ['0', 'x', '99999999999', '-1', '1.5'])
    expect(await asked(ann, 'add-reaction', other, { ...kettle, emoji_code })).toMatchObject({
      msg: 'Invalid custom emoji.',
    })
})

test('one that is out of use comes to no message, but who has it keeps it, is joined, and takes it away', async () => {
  const id = await ours('cup')
  const [said, other] = [await say('x'), await say('y')]
  const cup = { emoji_name: 'cup', emoji_code: String(id), reaction_type: 'realm_emoji' }
  expect(await asked(ann, 'add-reaction', said, cup)).toEqual({})
  await takeAway(id)
  expect(await asked(ann, 'add-reaction', other, cup)).toMatchObject({
    msg: 'This custom emoji has been deactivated.',
  })
  expect(await asked(ann, 'add-reaction', other, { emoji_name: 'cup' })).toMatchObject({
    msg: "Emoji 'cup' does not exist",
  })
  expect(await asked(bob, 'add-reaction', said, cup)).toEqual({})
  expect(await asked(ann, 'remove-reaction', said, cup)).toEqual({})
  expect((await shown(said)).reactions).toEqual([{ ...cup, user_id: bob }])
})

test('a status has it too', async () => {
  const id = await ours('saucer')
  expect(await one.ask(ann, 'update-status', { status_text: 'tea', emoji_name: 'saucer' })).toEqual({})
  const { status } = z
    .object({ status: z.unknown() })
    .parse(await one.ask(bob, 'get-user-status', {}, { path: { user_id: String(ann) } }))
  expect(status).toEqual({
    status_text: 'tea',
    emoji_name: 'saucer',
    emoji_code: String(id),
    reaction_type: 'realm_emoji',
  })
  await takeAway(id)
  expect(
    await outcome(
      one.ask(bob, 'update-status', {
        emoji_name: 'saucer',
        emoji_code: String(id),
        reaction_type: 'realm_emoji',
      }),
    ),
  ).toMatchObject({ msg: 'This custom emoji has been deactivated.' })
})

test('names of one moment are looked up together, and each once it was asked for', async () => {
  const { database } = one.ctx
  let read = 0
  const find = createEmojiImages({
    once: (row, sql, params) => {
      read++
      return database.once(row, sql, params)
    },
  })
  const names = Array.from({ length: 20 }, (_, i) => `together_${i}`)
  for (const name of names.slice(1)) await ours(name)
  const there = orgId(4711)
  await ours('together_1', there)
  const all = await Promise.all(names.map((name) => find(here.org, [name, 'tada'])))
  expect(all.map((found, i) => found.has(names[i] ?? ''))).toEqual(names.map((_, i) => i > 0))
  expect(read).toBe(1)

  // While one is under way others gather; what is there when they ask is found.
  const first = find(here.org, ['together_1'])
  const elsewhere = find(there, ['together_1', 'together_2'])
  await new Promise(setImmediate)
  await ours('together_0')
  const later = await Promise.all(names.map((name) => find(here.org, [name])))
  expect(later.map((found, i) => found.has(names[i] ?? ''))).toEqual(names.map(() => true))
  expect((await first).has('together_1')).toBe(true)
  expect([...(await elsewhere).keys()]).toEqual(['together_1'])
  expect(read).toBe(4)
  expect(await find(here.org, [])).toEqual(new Map())
  expect(read).toBe(4)
})

test('a look that fails fails for those who asked, and not for the next', async () => {
  let fails = true
  const find = createEmojiImages({
    once: (row, sql, params) =>
      fails ? Promise.reject(new Error('away')) : one.ctx.database.once(row, sql, params),
  })
  await expect(find(here.org, ['together_1'])).rejects.toThrow('away')
  fails = false
  expect((await find(here.org, ['together_1'])).size).toBe(1)
})

test('a look that takes long holds up nobody who asks after it', async () => {
  const stuck = Promise.withResolvers<void>()
  let looks = 0
  const find = createEmojiImages({
    once: async (row, sql, params) => {
      if (++looks === 1) await stuck.promise
      return one.ctx.database.once(row, sql, params)
    },
  })
  const first = find(here.org, ['together_1'])
  await vi.waitUntil(() => looks === 1)
  expect((await find(here.org, ['together_2'])).size).toBe(1)
  stuck.resolve()
  expect((await first).size).toBe(1)
})
