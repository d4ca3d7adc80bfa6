import { type Account, changesAtRandom, seeded, seedOf, size, testNetwork } from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const seed = seedOf(50)
const InGroups = z.looseObject({ actor: z.looseObject({ groups: z.array(z.int()) }) })
const Facts = z.object({ i: z.int(), rights: z.coerce.number(), facts: InGroups })
const Moved = z.object({ channels: z.array(z.int()), since: z.coerce.number() })
const Id = z.object({ id: z.int() })

/** Who is in a group that the change itself made stands to nothing otherwise than before that does not name it. */
const but = (made: number, { actor, ...facts }: z.output<typeof InGroups>): string =>
  JSON.stringify({ ...facts, actor: { ...actor, groups: actor.groups.filter((group) => group <= made) } })

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
      return messaging.once(Facts, 'SELECT i, rights, facts FROM messaging.send_facts($1, $2)', [org, given])
    }
    const newestGroup = async () => {
      const [row] = await database.superuser(
        'SELECT coalesce(max(group_id), 0) AS id FROM auth.user_groups WHERE org_id = $1',
        [org],
      )
      return Id.parse(row).id
    }
    const changes = changesAtRandom({ owner, staying, newcomer: (name) => acme.person(name) }, seeded(seed))
    let changed = 0
    let apart = 0
    // Until it shows something, however rarely people come into channels and nothing else changes.
    for (let i = 0; i < size(120, 400) || (apart === 0 && i < 1_200); i++) {
      const asked = await asks()
      const before = await factsOf(asked)
      const newest = await newestGroup()
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
      for (const { i: at, facts } of before) {
        const told = was < since || channels.includes(asked[at]?.channel ?? 0)
        const now = after.get(at)?.facts
        const same = now !== undefined && but(newest, now) === but(newest, facts)
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
