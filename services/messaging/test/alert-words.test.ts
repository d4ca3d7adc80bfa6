import { alertWordsSet } from '@parley/events'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let here: World
let one: Instance
let two: Instance
let ann: number
let bob: number
let cid: number
let open: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  two = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  cid = await here.user({ name: 'Cid' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Words = z.object({ alert_words: z.array(z.string()) })
const wordsOf = async (user: number) => Words.parse(await one.ask(user, 'get-alert-words')).alert_words
const add = (user: number, ...alert_words: string[]) =>
  outcome(one.ask(user, 'add-alert-words', { alert_words }))
const remove = (user: number, ...alert_words: string[]) =>
  outcome(one.ask(user, 'remove-alert-words', { alert_words }))
const Sent = z.object({ id: z.int() })
const say = async (
  at: Instance,
  content: string,
  fields: object = { type: 'channel', to: open.id, topic: 'x' },
) => Sent.parse(await at.ask(ann, 'send-message', { content, ...fields })).id
const Message = z.object({ message: z.object({ flags: z.array(z.string()) }) })
const flags = async (user: number, id: number) =>
  Message.parse(await one.ask(user, 'get-message', {}, { path: { message_id: String(id) } })).message.flags
const alerted = async (user: number, id: number) => (await flags(user, id)).includes('has_alert_word')
const Log = z.object({ body: z.looseObject({}), user_ids: z.array(z.int()) })
const lastOf = async (type: string) =>
  Log.parse(
    (
      await here.test.superuser(
        'SELECT body, user_ids FROM events.log WHERE org_id = $1 AND type = $2 ORDER BY seq DESC LIMIT 1',
        [here.org, type],
      )
    )[0],
  )
const faults = (shape: object | null): string[] =>
  contractAvailable() ? eventFaults({ id: 1, ...shape }) : []
const Listed = z.object({ messages: z.array(z.object({ id: z.int() })) })
const narrowed = async (user: number, narrow: unknown) =>
  Listed.parse(
    await one.ask(user, 'get-messages', { anchor: 'newest', num_before: 100, num_after: 0, narrow }),
  ).messages.map(({ id }) => id)

test('words are one’s own, and told to oneself where they become others', async () => {
  const added = await add(ann, 'Tea', ' tea', 'cake')
  expect(added).toEqual({ alert_words: ['Tea', 'cake'] })
  expect(faultsOf('POST', '/users/me/alert_words', added)).toEqual([])
  const { body, user_ids: told } = await lastOf('alert-words.set')
  expect([body, told]).toEqual([added, [ann]])
  const viewer = {} as Parameters<typeof alertWordsSet.shape>[1]
  const shape = alertWordsSet.shape(alertWordsSet.body.parse(body), viewer)
  expect(faults(shape)).toEqual([])
  expect(await wordsOf(bob)).toEqual([])
  expect(await snapshotOf(one, ann)).toMatchObject(added as object)

  expect(await add(ann, 'CAKE', '')).toEqual(added)
  expect(await remove(ann, 'tEA', 'milk')).toEqual({ alert_words: ['cake'] })
  expect(await lastOf('alert-words.set')).toMatchObject({ body: { alert_words: ['cake'] } })
  expect(await remove(ann, 'cake')).toEqual({ alert_words: [] })
})

test('words of 100 characters, and 100 of them', async () => {
  expect(await add(cid, 'x'.repeat(101))).toMatchObject({
    msg: 'alert_words[0] is too long (limit: 100 characters)',
  })
  expect(await add(cid, 'a\0b')).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
  const many = Array.from({ length: 100 }, (_, i) => `word ${i}`)
  expect(await add(cid, ...many)).toEqual({ alert_words: many })
  expect(await add(cid, 'more')).toMatchObject({ msg: 'Too many alert words (limit: 100)' })
  expect(await remove(cid, ...many)).toEqual({ alert_words: [] })
})

test('whoever is there is alerted by what is sent from then on, at every instance', async () => {
  const before = await say(two, 'lunch now')
  await add(bob, 'Lunch')
  await add(cid, 'lunch')
  const id = await say(two, 'LUNCH, @**Bob**?')
  expect(await flags(bob, id)).toEqual(['mentioned', 'has_alert_word'])
  const event = await lastOf('message.sent')
  expect(event.body).toMatchObject({ message_id: id, flags: { alerted: [bob, cid] } })
  expect(await alerted(ann, id)).toBe(false)
  // Who is not there reads it, but is not alerted.
  expect(await flags(cid, id)).toEqual(['read', 'historical'])
  expect(await alerted(bob, before)).toBe(false)
  expect(await alerted(bob, await say(one, 'lunchtime'))).toBe(false)
  expect(await narrowed(bob, [['is', 'alerted']])).toEqual([id])
  expect(await narrowed(bob, [{ operator: 'is', operand: 'alerted', negated: true }])).not.toContain(id)
  expect(await narrowed(cid, [['is', 'alerted']])).toEqual([])
})

test('in direct messages only those in them', async () => {
  const id = await say(one, 'lunch', { type: 'direct', to: [bob] })
  expect(await alerted(bob, id)).toBe(true)
  expect((await lastOf('message.sent')).body).toMatchObject({ flags: { alerted: [bob] } })
})

test('more edits at once than there are connections wait for nobody', async () => {
  const ids: number[] = []
  for (let i = 0; i < 16; i++) ids.push(await say(one, `lunch ${i}`))
  const edits = ids.map((id) =>
    one.ask(ann, 'update-message', { content: 'dinner' }, { path: { message_id: String(id) } }),
  )
  const results = await Promise.allSettled(edits)
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
})

test('an edited message alerts by what it says now', async () => {
  const id = await say(one, 'nothing')
  const edit = (content: string) =>
    one.ask(ann, 'update-message', { content }, { path: { message_id: String(id) } })
  await edit('lunch!')
  expect(await alerted(bob, id)).toBe(true)
  expect((await lastOf('message.updated')).body).toMatchObject({
    flags: { others: [{ flags: ['has_alert_word'], user_ids: [bob] }] },
  })
  await edit('dinner')
  expect(await alerted(bob, id)).toBe(false)
})

test('where a word is everybody’s, those who are not there are left out before', async () => {
  const many = await Promise.all(Array.from({ length: 101 }, () => here.user()))
  const members = many.slice(0, 3)
  await here.subscribe(open, ...members)
  for (const user of many) await add(user, 'fire')
  const id = await say(two, 'Fire!')
  expect((await lastOf('message.sent')).body).toMatchObject({ flags: { alerted: members } })
  expect(await alerted(members[0] ?? 0, id)).toBe(true)
})
