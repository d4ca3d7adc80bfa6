import { role } from '@parley/access'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { reportText } from '../src/rules/report-text.ts'
import { type Channel, deliverAll, faultsOf, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let mod: number
let open: Channel
let moderation: Channel
let message: number

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  open = await here.channel({ name: 'open' })
  // Nobody may post there, but for the bot.
  moderation = await here.channel({ private: true, send: 8 })
  mod = await here.user({ role: role.moderator })
  await here.subscribe(moderation, mod)
})
beforeEach(async () => {
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  await here.subscribe(open, ann, bob)
  message = await said(bob, { type: 'channel', to: open.id, topic: 't', content: 'rude' })
  await setChannel(moderation.id)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const said = async (user: number, fields: Record<string, unknown>): Promise<number> =>
  z.object({ id: z.int() }).parse(await one.ask(user, 'send-message', fields)).id
const setChannel = (id: number) =>
  here.test.superuser(
    `INSERT INTO auth.settings AS s (org_id, settings) VALUES ($1, $2)
     ON CONFLICT (org_id) DO UPDATE SET settings = s.settings || excluded.settings`,
    [here.org, JSON.stringify({ moderation_request_channel_id: id })],
  )
const report = (user: number, fields: Record<string, unknown> = {}, id = message) =>
  outcome(
    one.ask(
      user,
      'report-message',
      { report_type: 'harassment', ...fields },
      { path: { message_id: String(id) } },
    ),
  )
const deliver = () => deliverAll(one)
const Messages = z.object({
  messages: z.array(
    z.looseObject({
      sender_id: z.int(),
      subject: z.string(),
      content: z.string(),
      flags: z.array(z.string()),
    }),
  ),
})
const seenIn = async (user: number, channel: Channel, markdown = true) =>
  Messages.parse(
    await one.ask(user, 'get-messages', {
      anchor: 'newest',
      num_before: 50,
      num_after: 0,
      apply_markdown: markdown,
      narrow: [{ operator: 'channel', operand: channel.id }],
    }),
  ).messages
const last = async (user: number, channel: Channel, markdown = true) =>
  (await seenIn(user, channel, markdown)).at(-1)
const acts = () =>
  here.test.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'message.reported' ORDER BY seq DESC LIMIT 1`,
    [here.org],
  )

test('is said by the bot in the moderation channel, whoever may post there, and nowhere else', async () => {
  const answer = await report(ann, { description: 'He shouts.' })
  expect(answer).toEqual({})
  expect(faultsOf('POST', '/messages/{message_id}/report', answer)).toEqual([])
  expect(await acts()).toEqual([{ body: { message_id: message, report_type: 'harassment', by: ann } }])
  expect(await deliver()).toBe(1)
  expect(await deliver()).toBe(0)
  const told = await last(mod, moderation)
  expect(told).toMatchObject({ sender_id: here.bot, subject: "Bob's moderation requests", flags: [] })
  const text = told?.content ?? ''
  for (const part of ['>Ann<', '>Bob<', 'Harassment', 'He shouts.', 'rude', `#narrow/near/${message}`])
    expect(text).toContain(part)
  const rows = await here.test.superuser(
    `SELECT count(*)::int AS n FROM messaging.messages WHERE org_id = $1 AND sender_id = $2`,
    [here.org, here.bot],
  )
  expect(rows).toEqual([{ n: 1 }])
  await expect(seenIn(ann, moderation)).rejects.toThrow('unknown channel')
})

test('mentions nobody and runs out of no quotation, whatever was written', async () => {
  const content = '````quote\n@**all** @**Ann**\n````\n@**all** #**open**'
  const evil = await said(bob, { type: 'channel', to: open.id, topic: 't', content })
  const crowd = await Promise.all(Array.from({ length: 16 }, () => here.user()))
  await here.subscribe(moderation, ...crowd)
  const description = '```\n@**all** @**topic**\n~~~~\n@**Ann**'
  expect(await report(ann, { description }, evil)).toEqual({})
  expect(await deliver()).toBe(1)
  const told = await last(mod, moderation)
  expect(told).toMatchObject({ sender_id: here.bot, flags: [] })
  expect(told?.content).not.toMatch(/user-mention"|>@[^*]/)
  expect(told?.content).toContain('<p>The message:</p>')
  expect(await last(mod, moderation, false)).toMatchObject({
    content: expect.stringContaining(content) as unknown,
  })
})

test('names no private channel that the message names', async () => {
  const secret = await here.channel({ name: 'secret plans', private: true })
  await here.subscribe(secret, ann, bob)
  const about = await said(bob, {
    type: 'channel',
    to: secret.id,
    topic: 'hidden',
    content: '#**secret plans**',
  })
  expect(await report(ann, {}, about)).toEqual({})
  expect(await deliver()).toBe(1)
  const told = await last(mod, moderation)
  expect(told?.content).not.toContain(`/${secret.id}-`)
  expect(told?.content).not.toContain('hidden')
})

test('is refused of what one may not read, as of what is not there', async () => {
  const stranger = await here.user({ role: role.guest })
  const hidden = await report(stranger)
  expect(hidden).toEqual({ code: 'BAD_REQUEST', msg: 'Invalid message(s)' })
  expect(await report(stranger, {}, 987_654)).toEqual(hidden)
  const direct = await said(bob, { type: 'direct', to: [ann], content: 'psst' })
  expect(await report(mod, {}, direct)).toEqual(hidden)
  expect(await report(ann, {}, direct)).toEqual({})
  expect(await deliver()).toBe(1)
  expect((await last(mod, moderation))?.content).toContain('psst')
})

test('needs a private channel for it, a reason, and few words', async () => {
  const none = {
    code: 'BAD_REQUEST',
    msg: 'Moderation request channel must be specified to enable message reporting.',
  }
  for (const channel of [-1, open.id]) {
    await setChannel(channel)
    expect(await report(ann)).toEqual(none)
  }
  await setChannel(moderation.id)
  expect(await report(ann, { report_type: 'rude' })).toMatchObject({ code: 'REQUEST_VARIABLE_INVALID' })
  expect(await report(ann, { report_type: 'other', description: ' ' })).toMatchObject({
    msg: 'An explanation is required.',
  })
  expect(await report(ann, { description: 'x'.repeat(1001) })).toMatchObject({
    msg: 'description is too long (limit: 1000 characters)',
  })
  expect(await deliver()).toBe(0)
})

test('the longest message and description fit', () => {
  const text = reportText({
    by: 1,
    type: 'norms',
    description: '`'.repeat(1000),
    message: { id: 1, senderId: 2, content: '`'.repeat(10_000) },
    url: `https://${'x'.repeat(200)}`,
  })
  expect(text.length).toBeLessThan(30_000)
})

test('two instances say it once', async () => {
  await using two = await here.instance()
  const before = (await seenIn(mod, moderation)).length
  expect(await report(ann)).toEqual({})
  const done = await Promise.all([deliverAll(one), deliverAll(two)])
  expect(done.toSorted((a, b) => a - b)).toEqual([0, 1])
  expect(await seenIn(mod, moderation)).toHaveLength(before + 1)
})

test('the same message reported again by the same person for the same reason in the same words is said once, until it says something else', async () => {
  const says = async (user: number, fields: Record<string, unknown> = {}): Promise<number> => {
    expect(await report(user, fields)).toEqual({})
    return deliver()
  }
  expect([await says(ann), await says(ann), await says(ann, { description: ' ' })]).toEqual([1, 0, 0])
  const more = { description: 'Really.' }
  expect([await says(ann, more), await says(ann, more), await says(bob, more)]).toEqual([1, 0, 1])
  expect((await last(mod, moderation))?.content).toContain('Really.')
  expect([await says(ann, { report_type: 'spam' }), await says(mod)]).toEqual([1, 1])
  await here.test.superuser(
    `UPDATE messaging.messages SET edited_at = (SELECT max(reported_at) FROM messaging.reported) + interval '1 second'
      WHERE org_id = $1 AND message_id = $2`,
    [here.org, message],
  )
  expect(await says(ann)).toBe(1)
})
