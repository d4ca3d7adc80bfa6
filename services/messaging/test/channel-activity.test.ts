import { role } from '@parley/access'
import { size } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let admin: number
let channels: Channel[]
beforeAll(async () => {
  here = await world()
  one = await here.instance()
  admin = await here.user({ role: role.owner })
  channels = [await here.channel({}), await here.channel({}), await here.channel({})]
  for (const channel of channels) await here.subscribe(channel, admin)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Sent = z.object({ id: z.int() })
const say = async (channel: Channel): Promise<number> =>
  Sent.parse(
    await one.ask(admin, 'send-message', { type: 'channel', to: channel.id, topic: 'tea', content: 'x' }),
  ).id
const path = (id: number) => ({ path: { message_id: String(id) } })
const Row = z.object({
  kept: z.coerce.number().nullable(),
  first: z.coerce.number().nullable(),
  fresh: z.boolean(),
})

/** Of each channel that had any message: the first one as it is kept, and as it is. */
async function firsts() {
  const rows = await here.test.superuser(
    `SELECT a.first_message_id AS kept, min(m.message_id) AS first,
        coalesce(a.last_sent_at > max(m.sent_at) - interval '1 day', true) AS fresh
      FROM messaging.channel_activity a JOIN messaging.recipients r USING (org_id, channel_id)
      LEFT JOIN messaging.messages m USING (org_id, recipient_id)
      WHERE a.org_id = $1 GROUP BY a.org_id, a.channel_id ORDER BY a.channel_id`,
    [here.org],
  )
  return rows.map((row) => Row.parse(row))
}

test('whatever is sent, moved and taken away, what is kept of a channel is what its messages say', async () => {
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant('send' as const), at: fc.nat(2) }) },
    fc.record({ what: fc.constant('delete' as const), at: fc.nat(2) }),
    fc.record({
      what: fc.constant('move' as const),
      at: fc.nat(2),
      to: fc.nat(2),
      mode: fc.constantFrom('change_one', 'change_later', 'change_all'),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 15 }), async (acts) => {
      const standing: number[][] = [[], [], []]
      const Ids = z.array(z.object({ id: z.coerce.number() }))
      for (const [i, channel] of channels.entries())
        standing[i] = Ids.parse(
          await here.test.superuser(
            `SELECT m.message_id AS id FROM messaging.messages m JOIN messaging.recipients r USING (org_id, recipient_id)
              WHERE r.channel_id = $1 ORDER BY m.message_id`,
            [channel.id],
          ),
        ).map(({ id }) => id)
      for (const doing of acts) {
        const [channel, ids] = [channels[doing.at], standing[doing.at]]
        if (!channel || !ids) continue
        if (doing.what === 'send') ids.push(await say(channel))
        const first = ids[0]
        if (first === undefined) continue
        if (doing.what === 'delete') {
          await one.ask(admin, 'delete-message', {}, path(first))
          ids.shift()
        }
        if (doing.what === 'move' && doing.to !== doing.at) {
          const fields = {
            stream_id: channels[doing.to]?.id,
            propagate_mode: doing.mode,
            send_notification_to_old_thread: false,
            send_notification_to_new_thread: false,
          }
          await one.ask(admin, 'update-message', fields, path(first))
          const gone = doing.mode === 'change_one' ? [first] : ids
          standing[doing.to]?.push(...gone)
          standing[doing.to]?.sort((a, b) => a - b)
          standing[doing.at] = doing.mode === 'change_one' ? ids.slice(1) : []
        }
      }
      const found = await firsts()
      expect(found.map(({ kept }) => kept)).toEqual(found.map(({ first }) => first))
      expect(found.every(({ fresh }) => fresh)).toBe(true)
      expect(found.flatMap(({ first }) => first ?? [])).toEqual(standing.flatMap((ids) => ids.slice(0, 1)))
    }),
    { numRuns: size(20, 1000) },
  )
})

test('a send into a channel in use writes nothing of it', async () => {
  const [channel] = channels
  if (!channel) throw new Error('no channel')
  await say(channel)
  const version = () =>
    here.test.superuser('SELECT xmin, ctid FROM messaging.channel_activity WHERE channel_id = $1', [
      channel.id,
    ])
  const before = await version()
  await say(channel)
  expect(await version()).toEqual(before)
})
