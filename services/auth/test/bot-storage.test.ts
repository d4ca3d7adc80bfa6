import { role } from '@parley/access'
import { maxStoredBytes } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { between } from './between.ts'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let one: Made
let two: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  const member = await h.account(acme.org, 'member', role.member)
  const bot = async (short_name: string): Promise<Made> => {
    const made = await h.ask('create-bot', member, { full_name: 'Robbie', short_name })
    const { user_id: user, api_key: apiKey } = z.object({ user_id: z.int(), api_key: z.string() }).parse(made)
    return { org: acme.org, user, apiKey, email: `${short_name}-bot@chat.example.org` }
  }
  one = await bot('one')
  two = await bot('two')
})
afterAll(() => h[Symbol.asyncDispose]())

const put = (as: Made, storage: unknown) =>
  h.ask('update-bot-storage', as, { storage: JSON.stringify(storage) })
const keysOf = (keys?: string[]) => (keys ? { keys: JSON.stringify(keys) } : undefined)
const get = async (as: Made, keys?: string[]) => (await h.ask('get-bot-storage', as, keysOf(keys)))['storage']
const remove = (as: Made, keys?: string[]) => h.ask('remove-bot-storage', as, keysOf(keys))

test('each bot keeps entries of its own', async () => {
  await put(one, { a: '1', b: '2' })
  await put(two, { a: 'two' })
  await put(one, { b: '3', ['__proto__']: 'x' })
  expect(await get(two)).toEqual({ a: 'two' })
  expect(await get(one, ['b'])).toEqual({ b: '3' })
  expect(await get(one, ['a', 'b'])).toEqual({ a: '1', b: '3' })
  expect(await refusalOf(h.ask('get-bot-storage', one, keysOf(['a', 'zz'])))).toBe(
    '400 BAD_REQUEST Key does not exist.',
  )
  expect(await refusalOf(remove(one, ['a', 'zz']))).toBe('400 BAD_REQUEST Key does not exist.')
  await remove(one, ['a'])
  expect(Object.keys((await get(one)) as object)).not.toContain('a')
  await remove(one)
  expect(await get(one)).toEqual({})
  expect(await get(two)).toEqual({ a: 'two' })
})

test.each(['update', 'remove'] as const)('AC-13 a bot that is ended meanwhile can %s nothing', async (op) => {
  await put(two, { a: 'kept' })
  const end = (ended: boolean) =>
    h.db.superuser(
      'UPDATE auth.users SET is_active = NOT $2, generation = generation + $3 WHERE user_id = $1',
      [two.user, ended, ended ? 1 : -1],
    )
  const work = () => (op === 'update' ? put(two, { a: 'other' }) : remove(two))
  expect(await between(h, 1, () => end(true), work)).toMatchObject({
    status: 'rejected',
    reason: { code: 'UNAUTHORIZED', data: { stale: true } },
  })
  await end(false)
  expect(await get(two)).toEqual({ a: 'kept' })
})

test('people keep none', async () => {
  const only = '400 BAD_REQUEST This endpoint is for bots only.'
  expect(await refusalOf(put(acme, { a: '1' }))).toBe(only)
  expect(await refusalOf(h.ask('get-bot-storage', acme))).toBe(only)
  expect(await refusalOf(remove(acme))).toBe(only)
})

test.each([
  [{ '': 'x' }, 'Invalid storage'],
  [{ ['k'.repeat(256)]: 'x' }, 'Invalid storage'],
  [{ a: 1 }, 'storage["a"] is not a string'],
  [{ a: 'x'.repeat(1_000_001) }, 'storage["a"] is too long (limit: 1000000 characters)'],
  ['x', 'storage is not a dict'],
])('storage %# is refused', async (storage, refusal) => {
  expect(await refusalOf(put(one, storage))).toContain(refusal)
})

test('what a bot keeps is bounded, and all of a request is kept or nothing', async () => {
  const big = 'x'.repeat(1_000_000)
  for (let n = 0; n < 9; n++) await put(one, { [`big${n}`]: big })
  expect(await refusalOf(put(one, { small: '1', last: big }))).toContain(
    `Request exceeds storage limit of ${maxStoredBytes} bytes`,
  )
  expect(Object.keys((await get(one)) as object)).toHaveLength(9)
})

test('an ended bot keeps nothing more', async () => {
  const principal = await h.principal(two)
  await h.ask('deactivate-bot', acme, {}, { bot_id: String(two.user) })
  const late = h.ask('update-bot-storage', principal, { storage: '{"b":"late"}' })
  expect(await refusalOf(late)).toBe('401 UNAUTHORIZED Invalid API key')
})
