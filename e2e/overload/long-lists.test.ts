import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { traffic } from '../faults/traffic.ts'
import { everywhere } from '../faults/visitor.ts'
import { addCrowd, superuser } from '../load/crowd.ts'
import { pidOf } from '../faults/processes.ts'
import { scene, startProduct } from '../product.ts'
import { long, size } from '../size.ts'

const people = size(1_000, 10_000)
/** More than one person may have at a time. */
const atOnce = 8
/** The owner, who lists, and the six of the traffic. */
const others = 8

test(
  '[F78] one who lists everybody over and over, many lists at once, is bounded; all others are answered',
  async () => {
    await using product = await startProduct({ gateways: 2 })
    await using stage = await scene(product)
    const database = await superuser(product.data)
    await addCrowd(database, { org: stage.org.org_id, channel: null, size: people, name: 'crowd' })
    await database.end()
    const greedy = await stage.person('Gus Greedy')
    const auth = pidOf(product, 'auth-1')
    // Its visitors look at everything that there is; at full size but for the list itself (docs/testing.md, "Known limits").
    const visits = everywhere.filter((path) => !long || path !== '/users')
    await using flow = await traffic(product, stage, { paceMs: 50, visits })
    await flow.send(8)
    const statuses = new Set<number>()
    const wrongs: unknown[] = []
    const state = { over: false }
    const client = stage.client({ email: greedy.email, apiKey: greedy.apiKey, address: '127.0.0.2' })
    const listing = Array.from({ length: atOnce }, async () => {
      while (!state.over) {
        const { status, headers, body } = await client.get('/users')
        statuses.add(status)
        const whole = Array.isArray(body['members']) && body['members'].length === people + others
        if (status === 200 ? !whole : !(Number(headers['retry-after']) > 0)) wrongs.push(status)
        if (status !== 200) await delay(100)
      }
    })
    try {
      await flow.send(size(400, 2_000))
      await flow.heard()
    } finally {
      state.over = true
      await Promise.all(listing)
    }
    expect(flow.failed()).toBe(0)
    expect(await flow.wrongs()).toEqual([])
    expect(wrongs).toEqual([])
    expect(statuses).toEqual(new Set([200, 503]))
    expect(pidOf(product, 'auth-1')).toBe(auth)
  },
  size(240_000, 900_000),
)
