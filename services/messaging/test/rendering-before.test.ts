import { role } from '@parley/access'
import { Beforehand } from '@parley/core'
import type { Renderer } from '@parley/markdown'
import { heldThreads } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
/** Whose threads hold every message until they are let go, and whose line has one place. */
let slow: Instance
let other: Instance
let ann: number
let mod: number
let open: Channel
let secret: Channel

const threads = heldThreads()
const waitMs = 60_000
/** How many have come into its line. */
let waited = 0
let told: (count: number) => void = () => {}
const inLine = (count: number): Promise<void> =>
  new Promise((resolve) => {
    told = (now) => now >= count && resolve()
    told(waited)
  })

beforeAll(async () => {
  here = await world()
  // Nothing is ever too late here.
  const after = (ms: number) => {
    if (ms === waitMs) told(++waited)
    return () => {}
  }
  const rendering = { start: threads.start, bounds: { waitMs, mostOfOne: 1 }, after }
  slow = await here.instance({ rendering })
  other = await here.instance()
  mod = await here.user({ role: role.moderator })
  open = await here.channel({ name: 'open' })
})
beforeEach(async () => {
  threads.holdAgain()
  await here.test.superuser('DELETE FROM messaging.scheduled')
  ann = await here.user()
  secret = await here.channel({ private: true, protected: true })
  await here.subscribe(open, ann, mod)
  await here.subscribe(secret, ann, mod)
})
afterAll(async () => {
  threads.letGo()
  await slow[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const source = '```py\nif a:\n```'
const shown = '<code>held</code>'
const say = async (content = 'x', to = open): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await other.ask(ann, 'send-message', { type: 'channel', to: to.id, topic: 'tea', content })).id
const edit = (
  id: number,
  fields: Record<string, unknown>,
  { at = slow, user = ann, signal }: { at?: Instance; user?: number; signal?: AbortSignal } = {},
) =>
  outcome(
    at.ask(user, 'update-message', fields, { path: { message_id: String(id) }, ...(signal && { signal }) }),
  )
const Message = z.object({ content: z.string(), subject: z.string(), stream_id: z.int() })
const messageOf = async (id: number) => {
  const answer = await other.ask(mod, 'get-message', {}, { path: { message_id: String(id) } })
  return z.object({ message: Message }).parse(answer).message
}
const said = async () =>
  z
    .array(z.object({ content: z.string() }))
    .parse(
      await here.test.superuser(
        'SELECT content FROM messaging.messages WHERE org_id = $1 AND sender_id = $2 ORDER BY message_id',
        [here.org, ann],
      ),
    )
    .map(({ content }) => content)
const openTransactions = (): Promise<unknown[]> =>
  here.test.superuser(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
  )
const done = { detached_uploads: [] }
const refused = (msg: string) => ({ code: 'BAD_REQUEST', msg })
const busy = { code: 'UNAVAILABLE', msg: 'Service temporarily unavailable', 'retry-after': 1 }
const notThere = refused('Invalid message(s)')
const soon = () => Math.floor(slow.clock.now() / 1000) + 60
const Scheduled = z.object({ scheduled_message_id: z.int() })
const schedule = async (content: string, at = other): Promise<number> =>
  Scheduled.parse(
    await at.ask(ann, 'create-scheduled-message', {
      type: 'channel',
      to: open.id,
      topic: 'tea',
      content,
      scheduled_delivery_timestamp: soon(),
    }),
  ).scheduled_message_id

test('an edit that waits for the thread holds no connection; edits that wait for nothing come before it', async () => {
  const id = await say()
  const code = edit(id, { content: source })
  await threads.isHeld()
  expect(await openTransactions()).toEqual([])
  expect(await edit(id, { content: 'plain' })).toEqual(done)
  expect(await messageOf(id)).toMatchObject({ content: '<p>plain</p>' })
  threads.letGo()
  expect(await code).toEqual(done)
  expect((await messageOf(id)).content).toContain(shown)
  const answer = await other.ask(ann, 'get-message-history', {}, { path: { message_id: String(id) } })
  const History = z.object({ message_history: z.array(z.object({ content: z.string() })) })
  const history = History.parse(answer).message_history.map(({ content }) => content)
  expect(history).toEqual(['x', 'plain', source])
})

test('what is sent later, changed for then, or to be reminded of, waits without a connection too', async () => {
  const about = await say()
  const id = await schedule('plain')
  const scheduled_delivery_timestamp = soon()
  for (const begin of [
    () => schedule(source, slow),
    () =>
      slow.ask(
        ann,
        'update-scheduled-message',
        { content: source },
        { path: { scheduled_message_id: String(id) } },
      ),
    () =>
      slow.ask(ann, 'create-message-reminder', {
        message_id: about,
        note: source,
        scheduled_delivery_timestamp,
      }),
  ]) {
    threads.holdAgain()
    const asked = begin()
    await threads.isHeld()
    expect(await openTransactions()).toEqual([])
    threads.letGo()
    await asked
  }
  const kept = [await other.ask(ann, 'get-scheduled-messages'), await other.ask(ann, 'get-reminders')]
  expect(kept.map((some) => JSON.stringify(some).split(shown).length - 1)).toEqual([2, 1])
})

test('what is due holds neither a connection nor its place while it waits, and is sent once, as it is then', async () => {
  await schedule(source)
  const changed = await schedule('# two')
  const at = (soon() + 1) * 1000
  const first = deliverAll(slow, at)
  await threads.isHeld()
  expect(await openTransactions()).toEqual([])
  const path = { scheduled_message_id: String(changed) }
  await other.ask(ann, 'update-scheduled-message', { content: 'other', topic: 'beer' }, { path })
  // Another instance takes both meanwhile.
  expect(await deliverAll(other, at)).toBe(2)
  threads.letGo()
  expect(await first).toBe(0)
  expect((await said()).toSorted()).toEqual([source, 'other'].toSorted())
})

test('whatever others send while its text is made is left to them, and keeps nothing else back', async () => {
  for (let i = 0; i < 5; i++) await schedule(source)
  // As another instance would that is quicker each time.
  const overtaken = new Beforehand(async () => {
    await here.test.superuser(
      'DELETE FROM messaging.scheduled WHERE scheduled_id = (SELECT min(scheduled_id) FROM messaging.scheduled)',
    )
  })
  const renderer = Object.assign(Object.create(other.ctx.renderer) as Renderer, {
    renderWithin() {
      throw overtaken
    },
  })
  expect(await deliverAll({ ...other, ctx: { ...other.ctx, renderer } }, (soon() + 1) * 1000)).toBe(0)
  expect(await other.ask(ann, 'get-scheduled-messages')).toEqual({ scheduled_messages: [] })
})

test('a reminder of what is edited while its text is made is made once more, of what it says then', async () => {
  const about = await say(source)
  const fields = { message_id: about, note: '', scheduled_delivery_timestamp: soon() }
  await other.ask(ann, 'create-message-reminder', fields)
  const delivering = deliverAll(slow, (soon() + 1) * 1000)
  await threads.isHeld()
  expect(await edit(about, { content: '```py\nelse:\n```' }, { at: other })).toEqual(done)
  threads.letGo()
  expect(await delivering).toBe(1)
  expect(threads.taken()).toBe(2)
  const asked = { narrow: [{ operator: 'is', operand: 'dm' }], anchor: 'newest', num_before: 1, num_after: 0 }
  const Page = z.object({ messages: z.array(z.object({ content: z.string() })) })
  const [reminder] = Page.parse(await other.ask(ann, 'get-messages', asked)).messages
  expect(reminder?.content).toContain(shown)
  const raw = await other.ask(ann, 'get-messages', { ...asked, apply_markdown: false })
  expect(Page.parse(raw).messages[0]?.content).toContain('else:')
})

test('of edits that race, with code and without, each follows the one before it in the log', async () => {
  await using third = await here.instance()
  const id = await say()
  const texts = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `${i}` : `\`\`\`py\nif ${i}:\n\`\`\``))
  const answers = await Promise.all(
    texts.map((content, i) => edit(id, { content }, { at: i % 2 === 0 ? other : third })),
  )
  const made = answers.filter((answer) => !Object.hasOwn(Object(answer) as object, 'code')).length
  expect(made).toBeGreaterThan(0)
  const Body = z.object({
    text: z.object({ content: z.string(), rendered: z.string(), before: z.object({ content: z.string() }) }),
  })
  const log = (
    await here.test.superuser(
      `SELECT body FROM events.log
        WHERE org_id = $1 AND type = 'message.updated' AND (body ->> 'message_id')::integer = $2 ORDER BY seq`,
      [here.org, id],
    )
  ).map((row) => z.object({ body: Body }).parse(row).body.text)
  expect(log).toHaveLength(made)
  expect(log.map(({ before }) => before.content)).toEqual([
    'x',
    ...log.slice(0, -1).map(({ content }) => content),
  ])
  for (const { content, rendered } of log)
    expect(rendered.includes('<span class="k">if</span>')).toBe(content.includes('if'))
  expect(await messageOf(id)).toMatchObject({ content: log.at(-1)?.rendered })
})

test('what its writer takes back while it waits is not sent, and keeps nothing else back', async () => {
  const gone = await schedule(source)
  const at = (soon() + 1) * 1000
  const delivering = deliverAll(slow, at)
  await threads.isHeld()
  await other.ask(ann, 'delete-scheduled-message', {}, { path: { scheduled_message_id: String(gone) } })
  await schedule('another')
  threads.letGo()
  expect(await delivering).toBe(1)
  expect(await said()).toEqual(['another'])
})

test('an edit is held against the message as it is when its text has been made', async () => {
  const id = await say()
  const waiting = edit(id, {
    content: source,
    prev_content_sha256: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  })
  await threads.isHeld()
  expect(await edit(id, { content: 'overtakes' }, { at: other })).toEqual(done)
  threads.letGo()
  expect(await waiting).toMatchObject({ code: 'EXPECTATION_MISMATCH' })
  expect(await messageOf(id)).toMatchObject({ content: '<p>overtakes</p>' })
})

test('a message that is moved while its text is made is edited where it is then, if its author may', async () => {
  const [stays, goes] = [await say('x', open), await say('y', open)]
  await here.unsubscribe(secret, ann)
  const before = waited
  const first = edit(stays, { content: source })
  await threads.isHeld()
  const second = edit(goes, { content: source })
  await inLine(before + 2)
  expect(await edit(stays, { topic: 'beer' }, { at: other, user: mod })).toEqual(done)
  expect(await edit(goes, { stream_id: secret.id }, { at: other, user: mod })).toEqual(done)
  threads.letGo()
  expect(await first).toEqual(done)
  expect(await messageOf(stays)).toMatchObject({
    subject: 'beer',
    content: expect.stringContaining(shown) as string,
  })
  expect(await second).toEqual(notThere)
  expect(await messageOf(goes)).toMatchObject({ stream_id: secret.id, content: '<p>y</p>' })
})

test.each([
  ['who has left its channel', () => here.unsubscribe(secret, ann), notThere],
  [
    'whose account is out of use',
    () => here.deactivate(ann),
    { code: 'UNAUTHORIZED', msg: 'Invalid API key', stale: true },
  ],
])('%s while their text is made edits nothing', async (_who, meanwhile, answer) => {
  const id = await say('x', secret)
  const waiting = edit(id, { content: source })
  await threads.isHeld()
  await meanwhile()
  threads.letGo()
  expect(await waiting).toEqual(answer)
  expect(await messageOf(id)).toMatchObject({ content: '<p>x</p>' })
})

test('who may not read or not edit a message is told so before anything is made', async () => {
  const stranger = await here.user()
  const reader = await here.user()
  await here.subscribe(secret, reader)
  const id = await say('x', secret)
  expect(await edit(id, { content: source }, { user: stranger })).toEqual(notThere)
  expect(await edit(2 ** 31 - 1, { content: source }, { user: stranger })).toEqual(notThere)
  expect(await edit(id, { content: source }, { user: reader })).toEqual(
    refused("You don't have permission to edit this message"),
  )
  expect(threads.taken()).toBe(0)
})

test('what an edit names is named as it is when its text has been made', async () => {
  const cid = await here.user({ name: 'Cid' })
  const id = await say()
  const waiting = edit(id, { content: `@**Cid**\n\n${source}` })
  await threads.isHeld()
  await here.deactivate(cid)
  threads.letGo()
  expect(await waiting).toEqual(done)
  const { content } = await messageOf(id)
  expect(content).toContain(shown)
  expect(content).not.toContain('user-mention')
})

test('who hangs up while others are before them leaves the line: it is another one’s place, and nothing is written', async () => {
  const [one, two] = [await say(), await say()]
  const before = waited
  const first = edit(one, { content: source })
  await threads.isHeld()
  const leaving = new AbortController()
  const gone = edit(two, { content: '```js\nlet a\n```' }, { signal: leaving.signal })
  await inLine(before + 2)
  // The line has one place, and it is taken.
  expect(await outcome(slow.ask(ann, 'render-message', { content: source }))).toEqual(busy)
  leaving.abort()
  expect(await gone).toEqual(busy)
  const last = slow.ask(ann, 'render-message', { content: source })
  threads.letGo()
  expect(await first).toEqual(done)
  expect(await last).toMatchObject({ rendered: expect.stringContaining(shown) as string })
  expect(threads.taken()).toBe(2)
  expect(await messageOf(two)).toMatchObject({ content: '<p>x</p>' })
})

test('a send whose caller has hung up is not sent', async () => {
  const leaving = new AbortController()
  const fields = { type: 'channel', to: open.id, topic: 'tea', content: source }
  const sending = outcome(slow.ask(ann, 'send-message', fields, { signal: leaving.signal }))
  await threads.isHeld()
  leaving.abort()
  threads.letGo()
  expect(await sending).toEqual(busy)
  expect(await said()).toEqual([])
})
