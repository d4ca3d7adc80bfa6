import { type Account, changesAtRandom, seeded, seedOf, size, testNetwork } from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const seed = seedOf(50)
const Facts = z.object({ i: z.int(), rights: z.coerce.number(), hash: z.string() })
const Moved = z.object({ channels: z.array(z.int()), since: z.coerce.number() })
const Id = z.object({ id: z.int() })

test(
  `whose facts of sends are others after changes at random is who sends to a channel that these concern (seed ${seed})`,
  async () => {
    await using network = await testNetwork()
    const acme = await network.organisation()
    const { owner, id: org } = acme
    const staying: [Account, ...Account[]] = [owner, await acme.person('Ann'), await acme.person('Ben')]
    const { database } = network
    const messaging = await database.as('messaging')
    const asks = async () => {
      const channels = await messaging.read(org, (tx) =>
        tx.query(Id, 'SELECT channel_id AS id FROM streams.v1_channels WHERE org_id = $1 ORDER BY id', [org]),
      )
      return channels.flatMap(({ id: channel }) => staying.map(({ id: user }) => ({ user, channel })))
    }
    const factsOf = async (asked: Awaited<ReturnType<typeof asks>>) => {
      const given = JSON.stringify(asked.map((ask, i) => ({ i, ...ask })))
      return messaging.once(Facts, 'SELECT i, rights, hash FROM messaging.send_facts($1, $2)', [org, given])
    }
    const changes = changesAtRandom({ owner, staying, newcomer: (name) => acme.person(name) }, seeded(seed))
    let changed = 0
    let apart = 0
    for (let i = 0; i < size(120, 400); i++) {
      const asked = await asks()
      const before = await factsOf(asked)
      await changes.next()
      const after = new Map((await factsOf(asked)).map((found) => [found.i, found]))
      // Read in one statement, so under the same rights.
      const [was, is] = [before[0]?.rights ?? 0, after.get(0)?.rights ?? 0]
      if (was === is) continue
      const [row] = await database.superuser(
        `SELECT channels, since
          FROM events.channels_moved(set_config('app.org', $1::text, true)::integer, $2, $3, 64)`,
        [org, was, is],
      )
      const { channels, since } = Moved.parse(row)
      for (const { i: at, hash } of before) {
        const told = was < since || channels.includes(asked[at]?.channel ?? 0)
        const same = after.get(at)?.hash === hash
        if (!same) changed++
        if (!told) apart++
        expect(told || same).toBe(true)
      }
    }
    // Else this shows nothing.
    expect([changed > 0, apart > 0]).toEqual([true, true])
  },
  size(240_000, 900_000),
)
