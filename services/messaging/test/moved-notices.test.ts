import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let open: Channel
let other: Channel
let secret: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann', role: role.moderator })
  open = await here.channel({ name: 'open' })
  other = await here.channel({ name: 'other' })
  secret = await here.channel({ name: 'secret', private: true })
  for (const channel of [open, other, secret]) await here.subscribe(channel, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const write = async (to: Channel, topic: string): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await one.ask(ann, 'send-message', { type: 'channel', to: to.id, topic, content: 'x' })).id
const edit = (id: number, fields: Record<string, unknown>, user = ann) =>
  outcome(one.ask(user, 'update-message', fields, { path: { message_id: String(id) } }))
/** What the bot said since, with where. */
async function saidBy(act: () => Promise<unknown>): Promise<unknown[]> {
  const last = () =>
    here.test.superuser(
      'SELECT coalesce(max(message_id), 0) AS id FROM messaging.messages WHERE org_id = $1',
      [here.org],
    )
  const [before] = await last()
  await act()
  await deliverAll(one)
  const rows = await here.test.superuser(
    `SELECT r.channel_id AS channel, m.topic, m.rendered FROM messaging.messages m
       JOIN messaging.recipients r ON r.org_id = m.org_id AND r.recipient_id = m.recipient_id
      WHERE m.org_id = $1 AND m.sender_id = $2 AND m.message_id > $3 ORDER BY m.message_id`,
    [here.org, here.bot, before?.['id']],
  )
  return rows.map(({ channel, topic, rendered }) => [
    channel,
    topic,
    z
      .string()
      .parse(rendered)
      .replaceAll(/<[^>]*>/g, ''),
  ])
}

test('a topic says that it was resolved, and that it is not any more', async () => {
  const id = await write(open, 'tea')
  expect(await saidBy(() => edit(id, { topic: '✔ tea', propagate_mode: 'change_all' }))).toEqual([
    [open.id, '✔ tea', 'Ann has marked this topic as resolved.'],
  ])
  const back = { topic: 'tea', propagate_mode: 'change_all', send_notification_to_new_thread: false }
  expect(await saidBy(() => edit(id, back))).toEqual([
    [open.id, 'tea', 'Ann has marked this topic as unresolved.'],
  ])
})

test('a move is said in the new topic, in the old one where that is asked for, and nowhere where it is not', async () => {
  const id = await write(open, 'one')
  expect(await saidBy(() => edit(id, { topic: 'two' }))).toEqual([
    [open.id, 'two', 'A message was moved here from the topic one by Ann.'],
  ])
  const quiet = { send_notification_to_new_thread: false }
  expect(await saidBy(() => edit(id, { topic: 'three', ...quiet }))).toEqual([])
  const old = { ...quiet, send_notification_to_old_thread: true }
  expect(await saidBy(() => edit(id, { stream_id: other.id, propagate_mode: 'change_all', ...old }))).toEqual(
    [[open.id, 'three', 'This topic was moved to #other &gt; three by Ann.']],
  )
  expect(await saidBy(() => edit(id, { content: 'y' }))).toEqual([])
})

test('a private channel is named nowhere else', async () => {
  const id = await write(open, 'plot')
  const both = { send_notification_to_old_thread: true }
  expect(await saidBy(() => edit(id, { stream_id: secret.id, topic: 'hidden', ...both }))).toEqual([
    [open.id, 'plot', 'A message was moved from this topic to another channel by Ann.'],
    [secret.id, 'hidden', 'A message was moved here from #open &gt; plot by Ann.'],
  ])
  expect(await saidBy(() => edit(id, { stream_id: open.id, topic: 'shown' }))).toEqual([
    [open.id, 'shown', 'A message was moved here from another channel by Ann.'],
  ])
})

test('what was refused is not said', async () => {
  const id = await write(secret, 'tea')
  const bob = await here.user()
  expect(await saidBy(() => edit(id, { topic: 'mine' }, bob))).toEqual([])
  expect(await saidBy(() => edit(id, { topic: 'tea' }))).toEqual([])
})

test('nothing is said of people where guests read who see only whom they have met, nor of topics where these are kept', async () => {
  const visited = await here.channel({ name: 'visited' })
  const kept = await here.channel({ name: 'kept', protected: true })
  const guest = await here.user({ role: role.guest })
  await here.subscribe(visited, ann, guest)
  await here.subscribe(kept, ann)
  const resolve = async (to: Channel) => {
    const id = await write(to, 'tea')
    return saidBy(() => edit(id, { topic: '✔ tea', propagate_mode: 'change_all' }))
  }
  expect(await resolve(visited)).toHaveLength(1)
  await here.give({ can_access_all_users_group: 3 })
  expect([await resolve(visited), await resolve(kept)]).toEqual([[], []])
  expect(await resolve(other)).toHaveLength(1)
  await here.give({ can_access_all_users_group: 2 })
})
