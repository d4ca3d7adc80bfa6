import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { nobody } from '../src/facts/nobody.ts'
import { settleWords } from '../src/repo/words.ts'
import { type Channel, type Instance, outcome, type World, world } from './world.ts'

let here: World
let at: Instance
let square: Channel
let ann: number
beforeAll(async () => {
  here = await world()
  at = await here.instance()
  square = await here.channel()
  ann = await here.user({ role: role.member })
  await here.test.superuser('UPDATE streams.channels SET is_web_public = true WHERE channel_id = $1', [
    square.id,
  ])
  await here.test.superuser(
    `INSERT INTO auth.settings (org_id, settings) VALUES ($1, '{"enable_spectator_access": true}')`,
    [here.org],
  )
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const web = { operator: 'channels', operand: 'web-public' }
const page = { anchor: 'newest', num_before: 20, num_after: 0 }
const busy = { code: 'UNAVAILABLE', msg: 'Too many look at once', 'retry-after': 1 }

test('what many without an account read at once is bounded, whatever they narrow by, and takes nothing from searches', async () => {
  const hold = Promise.withResolvers<void>()
  const running = await Promise.all(
    [1, 2, 3].map(async () => {
      const begun = Promise.withResolvers<void>()
      const ends = at.ctx.database.read(here.org, (tx) =>
        at.ctx.looks.run(tx, nobody, () => {
          begun.resolve()
          return hold.promise
        }),
      )
      await begun.promise
      return { ends }
    }),
  )
  const path = { stream_id: String(square.id) }
  for (const narrow of [
    [web],
    [web, { operator: 'has', operand: 'image' }],
    [web, { operator: 'search', operand: 'x' }],
  ])
    expect(await outcome(at.look('get-messages', { narrow, ...page }))).toEqual(busy)
  expect(await outcome(at.look('get-stream-topics', {}, { path }))).toEqual(busy)
  // People of the organisation search as ever.
  const narrow = [{ operator: 'search', operand: 'x' }]
  expect(await at.ask(ann, 'get-messages', { narrow, ...page })).toMatchObject({ messages: [] })
  hold.resolve()
  await Promise.all(running.map(({ ends }) => ends))
  expect(await at.look('get-messages', { narrow: [web], ...page })).toMatchObject({ messages: [] })
  expect(await at.look('get-stream-topics', {}, { path })).toEqual({ topics: [] })
})

test('a page of theirs is smaller, and so is a narrow', async () => {
  const more = { narrow: [web], anchor: 'newest', num_before: 900, num_after: 101 }
  expect(await outcome(at.look('get-messages', more))).toMatchObject({
    code: 'BAD_REQUEST',
    msg: 'Too many messages requested (maximum 1000).',
  })
  expect(await at.look('get-messages', { ...more, num_after: 100 })).toMatchObject({ messages: [] })
  const terms = Array.from({ length: 11 }, () => web)
  expect(await outcome(at.look('get-messages', { narrow: terms, ...page }))).toMatchObject({
    code: 'BAD_REQUEST',
    msg: 'A narrow may hold at most 10 terms',
  })
})

test('words are looked for by their index, for who has no account too', async () => {
  const say = async (content: string, to = square): Promise<number> => {
    const answer = await at.ask(ann, 'send-message', { type: 'channel', to: to.id, topic: 'tea', content })
    return z.object({ id: z.int() }).parse(answer).id
  }
  const closed = await here.channel()
  await here.subscribe(closed, ann)
  await here.subscribe(square, ann)
  const [first, lost, last] = [await say('a lynx'), await say('the lynx'), await say('lynx again')]
  await say('another lynx', closed)
  while ((await settleWords(at.ctx.database, here.org)) > 0);
  const found = async (more: object = {}, ...terms: object[]) => {
    const narrow = [web, { operator: 'search', operand: 'lynx' }, ...terms]
    const { messages } = z
      .object({ messages: z.array(z.object({ id: z.int() })) })
      .parse(await at.look('get-messages', { narrow, ...page, ...more }))
    return messages.map(({ id }) => id)
  }
  expect(await found()).toEqual([first, lost, last])
  expect(await found({ num_before: 1 })).toEqual([last])
  expect(await found({ anchor: first, num_before: 0, num_after: 1 })).toEqual([first, lost])
  expect(
    await found({ anchor: 'date', anchor_date: '2020-01-01T00:00:00Z', num_before: 0, num_after: 2 }),
  ).toEqual([first, lost, last])
  expect(await found({}, { operator: 'search', operand: 'again', negated: true })).toEqual([first, lost])
  // Whoever walked along the messages would still come upon it.
  await here.test.superuser('DELETE FROM messaging.words WHERE message_id = $1', [lost])
  expect(await found()).toEqual([first, last])
})
