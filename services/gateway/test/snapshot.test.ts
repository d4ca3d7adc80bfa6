import {
  type Account,
  type ApiClient,
  changesAtRandom,
  contractAvailable,
  contractFaults,
  eventFaults,
  eventQueue,
  expectSnapshotEqual,
  seeded,
  seedOf,
  size,
  testNetwork,
  unlessAnew,
} from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const seed = seedOf(6)
const wanted = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}
const faults = (method: string, path: string, body: unknown): string[] =>
  contractAvailable() ? contractFaults(method, path, 200, body) : []
const rounds = size(4, 60)
const changesPerRound = 25

test(
  `F82 a snapshot with its events is what a fresh snapshot says, for people of every kind, after changes at random (seed ${seed})`,
  async () => {
    await using network = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
    const org = await network.organisation()
    const staying: [Account, ...Account[]] = [
      org.owner,
      await org.person('Ann'),
      await org.person('Ben', { gateway: 2 }),
      await org.person('Gus', { gateway: 2 }),
      await org.person('Ada'),
      await org.person('Mo', { gateway: 2 }),
    ]
    // Whom a guest sees moves by most of what is done, and then the queue begins anew.
    for (const [i, role] of [600, 200, 300].entries())
      await org.owner.ok('PATCH', `/users/${staying[3 + i]?.id}`, { role })
    const made = await org.owner.ok('POST', '/bots', { full_name: 'Looks On', short_name: 'looks-on' })
    const bot = {
      ...org.client({
        email: `looks-on-bot@${new URL(org.url).hostname}`,
        apiKey: z.string().parse(made['api_key']),
      }),
      id: z.int().parse(made['user_id']),
    }
    const watching: ApiClient[] = [...staying, bot]
    const changes = changesAtRandom(
      { owner: org.owner, staying, lookingOn: [bot], newcomer: (name) => org.person(name) },
      seeded(seed),
    )
    let done = 0
    let compared = 0
    let toldBot = 0
    for (let round = 0; round < rounds; round++) {
      const queues = await Promise.all(watching.map((who) => eventQueue(who, wanted)))
      for (const { state } of queues) expect(faults('POST', '/register', state)).toEqual([])
      const to = `Round ${round}`
      await org.owner.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: to }] })
      await org.owner.ok('POST', '/messages', {
        type: 'channel',
        to,
        topic: 'tea',
        content: `@**|${bot.id}**`,
      })
      for (let i = 0; i < changesPerRound; i++) if ((await changes.next()).done) done++
      await network.settle()
      for (const [i, who] of watching.entries()) {
        const queue = queues[i]
        if (!queue) continue
        const events = await unlessAnew(queue.rest())
        if (!events) continue
        compared++
        if (who === bot) toldBot += events.filter(({ type }) => type === 'message').length
        expect(contractAvailable() ? events.flatMap(eventFaults) : []).toEqual([])
        const fresh = await eventQueue(who, wanted)
        expectSnapshotEqual(queue.state, events, fresh.state)
      }
    }
    // Few begin anew, and the bot hears of something, or this shows nothing.
    expect(compared).toBeGreaterThan((rounds * watching.length) / 2)
    expect(toldBot).toBeGreaterThan(0)
    // Most changes at random have to be possible, or this shows nothing.
    expect(done).toBeGreaterThan((rounds * changesPerRound) / 3)
  },
  size(120_000, 900_000),
)
