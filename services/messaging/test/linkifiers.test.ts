import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { appendedIn } from '@parley/events'
import { deliverDue } from '../src/jobs/deliver.ts'
import { type Channel, faultsOf, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let two: Instance
let ann: number
let open: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  two = await here.instance()
  ann = await here.user({ name: 'Ann' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

/** Has the organisation link `#1` there, as auth does. */
async function linkTo(host: string): Promise<void> {
  const rules = [{ id: 1, pattern: '#(?P<id>[0-9]+)', url_template: `https://${host}/{id}` }]
  await here.test.superuser(
    `INSERT INTO auth.linkifiers AS l VALUES ($1, 1, $2)
      ON CONFLICT (org_id) DO UPDATE SET version = l.version + 1, linkifiers = excluded.linkifiers`,
    [here.org, JSON.stringify(rules)],
  )
  await here.unrelated()
}
const link = (host: string, id = 1): string => `<a href="https://${host}/${id}">#${id}</a>`
const Sent = z.object({ id: z.int() })
const say = async (
  at: Instance,
  content: string,
  fields: object = { type: 'channel', to: open.id, topic: '#2' },
) => Sent.parse(await at.ask(ann, 'send-message', { content, ...fields })).id
const Shown = z.object({ message: z.object({ content: z.string(), topic_links: z.unknown() }) })
const shown = async (id: number) => {
  const answer = await one.ask(ann, 'get-message', {}, { path: { message_id: String(id) } })
  expect(faultsOf('GET', '/messages/{message_id}', answer)).toEqual([])
  return Shown.parse(answer).message
}
const Body = z.object({ body: z.looseObject({}) })
const lastOf = async (type: string) =>
  Body.parse(
    (
      await here.test.superuser(
        'SELECT body FROM events.log WHERE org_id = $1 AND type = $2 ORDER BY seq DESC LIMIT 1',
        [here.org, type],
      )
    )[0],
  ).body
const links = (host: string) => [{ text: '#2', url: `https://${host}/2` }]

test('every instance renders by the linkifiers of the moment, and what was sent stays', async () => {
  const before = await say(two, '#1')
  expect(await shown(before)).toEqual({ content: '<p>#1</p>', topic_links: [] })
  for (const host of ['a.example', 'b.example']) {
    await linkTo(host)
    const id = await say(two, 'see #1')
    expect(await lastOf('message.sent')).toMatchObject({ message_id: id, topic_links: links(host) })
    expect(await shown(id)).toEqual({ content: `<p>see ${link(host)}</p>`, topic_links: links(host) })
    // Topics are linked as they are read.
    expect(await shown(before)).toEqual({ content: '<p>#1</p>', topic_links: links(host) })
  }
})

test('direct messages have no topic', async () => {
  const id = await say(one, '#1', { type: 'direct', to: [ann] })
  expect(await shown(id)).toEqual({ content: `<p>${link('b.example')}</p>`, topic_links: [] })
})

test('edited and moved messages are as the linkifiers are by then', async () => {
  const id = await say(one, 'x', { type: 'channel', to: open.id, topic: 'x' })
  await linkTo('c.example')
  const path = { message_id: String(id) }
  const fields = { content: '#1', topic: '#2', send_notification_to_new_thread: false }
  await two.ask(ann, 'update-message', fields, { path })
  expect(await lastOf('message.updated')).toMatchObject({
    text: { rendered: `<p>${link('c.example')}</p>` },
    topic: { after: '#2', links: links('c.example') },
  })
  const { messages } = z
    .object({ messages: z.array(z.looseObject({ topic_links: z.unknown() })) })
    .parse(await one.ask(ann, 'get-messages', { anchor: 'newest', num_before: 1, num_after: 0 }))
  expect(messages.at(-1)).toMatchObject({ topic_links: links('c.example') })
})

test('what is rendered for its author, and what is sent later', async () => {
  expect(await one.ask(ann, 'render-message', { content: '#1' })).toEqual({
    rendered: `<p>${link('c.example')}</p>`,
  })
  const now = 1_800_000_000
  await one.ask(ann, 'create-scheduled-message', {
    type: 'channel',
    to: open.id,
    topic: '#2',
    content: '#1 later',
    scheduled_delivery_timestamp: now + 60,
  })
  expect(await lastOf('scheduled.changed')).toMatchObject({
    scheduled_message: { rendered_content: `<p>${link('c.example')} later</p>` },
  })
  await linkTo('d.example')
  const afterCommit = { appendedIn, hint() {}, barrier: async () => {} }
  const clock = { now: () => 2_000_000_000_000, monotonic: () => 0 }
  const onProblem = (error: unknown): never => {
    throw error
  }
  expect(await deliverDue({ ...two.ctx, afterCommit, clock, onProblem }, here.org)).toBe(1)
  expect(await lastOf('message.sent')).toMatchObject({
    rendered: `<p>${link('d.example')} later</p>`,
    topic_links: links('d.example'),
  })
})
