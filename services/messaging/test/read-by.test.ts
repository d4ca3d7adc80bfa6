import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { EncodedSend } from '../src/repo/send-batch.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let at: Instance
let ann: number
let open: Channel
let last: readonly EncodedSend[] = []

beforeAll(async () => {
  here = await world()
  at = await here.instance({
    write: (write) => (org, encoded) => {
      last = encoded
      return write(org, encoded)
    },
  })
  ann = await here.user({ name: 'Ann' })
  open = await here.channel({ name: 'open' })
  await here.subscribe(open, ann)
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const say = async (): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await at.ask(ann, 'send-message', { type: 'channel', to: open.id, topic: 't', content: 'x' })).id

test('of those who mute somebody, a message names no more than it takes little time to find', async () => {
  // Ids of nobody: none of them is asked for more than that.
  await here.test.superuser(
    `WITH muting AS (
       INSERT INTO streams.muted_users (org_id, user_id, muted_id, muted_at)
       SELECT $1, 1000000 + n, $2, now() FROM generate_series(1, 2010) AS n RETURNING user_id)
     INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
     SELECT $1, user_id, (SELECT recipient_id FROM messaging.recipients WHERE org_id = $1 AND channel_id = $3), '{[0,)}'
       FROM muting WHERE user_id <> 1000001`,
    [here.org, ann, open.id],
  )
  const id = await say()
  const [kept] = await here.test.superuser(
    'SELECT read_by FROM messaging.messages WHERE org_id = $1 AND message_id = $2',
    [here.org, id],
  )
  expect(kept?.['read_by']).toEqual(Array.from({ length: 1_999 }, (_, i) => 1_000_002 + i))
})

test.each(['read', 'unread'])(
  'a send that names too many for whom it is %s is not written',
  async (which) => {
    await say()
    const many = `{${Array.from({ length: 10_001 }, (_, i) => i + 1).join(',')}}`
    const [given] = last
    if (!given) throw new Error('nothing was written')
    const named = given.length - (which === 'read' ? 2 : 1)
    // Another key, since the same is answered; the fourth column is no array.
    const columns = given.map((value, i) => {
      if (i === 3) return JSON.stringify([value])
      return [i === 0 ? Buffer.alloc(32, named) : i === named ? many : value]
    })
    const places = columns.map((_, i) => `$${i + 2}`).join(', ')
    await expect(
      here.test.superuser(`SELECT status FROM messaging.send_batch($1, ${places})`, [here.org, ...columns]),
    ).rejects.toThrow('more people than one message names')
  },
)
