import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Traffic, traffic } from '../faults/traffic.ts'
import { everywhere } from '../faults/visitor.ts'
import { addCrowd, superuser } from '../load/crowd.ts'
import { type Product, scene, type Scene, startProduct } from '../product.ts'
import { long, size } from '../size.ts'

const members = size(500, 10_000)
/** Between two of each of four senders: some hundred a second together. */
const hotPaceMs = 35

// At full size its own visitors leave the list of everybody to those of the other channel: it is as long as the
// channel is full, and no part of how one is served.
const visits = long ? everywhere.filter((path) => path !== '/users') : everywhere

let product: Product
let stage: Scene
let hot: Traffic
let other: Traffic
const stack = new AsyncDisposableStack()
beforeAll(
  async () => {
    product = stack.use(await startProduct({ gateways: 2 }))
    stage = stack.use(await scene(product))
    hot = stack.use(await traffic(product, stage, { paceMs: hotPaceMs, visits }))
    other = stack.use(await traffic(product, stage, { paceMs: 100 }))
  },
  size(240_000, 900_000),
)
afterAll(() => stack.disposeAsync(), 240_000)

const Unread = z.object({
  unread_msgs: z.object({
    streams: z.array(z.object({ stream_id: z.int(), unread_message_ids: z.array(z.int()) })),
  }),
})

test(
  'F78 a hot channel of many members keeps its order, and the next channel loses nothing to it',
  async () => {
    const { stream_id } = await stage.owner.ok('GET', '/get_stream_id', { stream: hot.channel })
    const channel = z.int().parse(stream_id)
    const database = await superuser(product.data)
    const org = stage.org.org_id
    await database.query(`SELECT set_config('app.org', $1, false)`, [String(org)])
    const [one] = await addCrowd(database, { org, channel, size: members, name: 'crowd' })
    await database.end()
    const many = size(400, 2000)
    await Promise.all([hot.send(many), other.send(size(80, 400))])
    await Promise.all([hot.heard(), other.heard()])
    expect(other.failed()).toBe(0)
    expect([...(await hot.wrongs()), ...(await other.wrongs())]).toEqual([])
    // Each of the crowd has them all.
    const who = stage.client({ email: one?.email ?? '', apiKey: one?.apiKey ?? '' })
    const { unread_msgs } = Unread.parse(
      await who.ok('POST', '/register', { fetch_event_types: ['message', 'update_message_flags'] }),
    )
    const unread = unread_msgs.streams.flatMap((of) =>
      of.stream_id === channel ? of.unread_message_ids : [],
    )
    expect(unread.length).toBeGreaterThanOrEqual(many)
  },
  size(240_000, 900_000),
)
