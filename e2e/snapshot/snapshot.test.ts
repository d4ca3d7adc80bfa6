import {
  type ApiClient,
  changesAtRandom,
  eventQueue,
  type EventQueue,
  expectSnapshotEqual,
  type Member,
  saying,
  seeded,
  seedOf,
  unlessAnew,
} from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { superuser } from '../faults/database.ts'
import { type Person, scene, startProduct } from '../product.ts'
import { size } from '../size.ts'

const seed = seedOf(20_261_125)
const rounds = size(40, 300)
const changesPerRound = 10
const atOnce = 3
const wanted = {
  include_subscribers: true,
  client_capabilities: { empty_topic_name: true, bulk_message_deletion: true, linkifier_url_template: true },
}

const Waiting = z.object({ id: z.int() })
const waiting =
  'SELECT scheduled_id AS id FROM messaging.scheduled JOIN auth.system_bots USING (org_id, user_id)'

const MadeBot = z.object({ user_id: z.int(), api_key: z.string() })
const Found = z.object({ user: z.looseObject({ email: z.string() }) })

interface Watcher extends Member {
  readonly kind: string
  /** The same account at each gateway. */
  readonly gateways: readonly [ApiClient, ...ApiClient[]]
}
interface Watched {
  readonly by: Watcher
  readonly queue: EventQueue
}

test(
  `F82: what register said with its events applied is what a new register says (seed ${seed})`,
  async () => {
    await using product = await startProduct({ gateways: 3 })
    await using stage = await scene(product)
    const random = seeded(seed)
    const { org } = stage
    const atEach = (who: { email: string; apiKey: string }): Watcher['gateways'] => {
      const at = (n: number): ApiClient => stage.client({ ...who, address: `127.0.0.${n + 1}` })
      return [at(1), at(2), at(3)]
    }
    const watcher = (kind: string, who: Person): Watcher => ({ ...who, kind, gateways: atEach(who) })
    const ownerKeys = { email: org.owner.email, apiKey: org.owner.api_key }
    const owner: Watcher = {
      ...stage.owner,
      id: org.owner.user_id,
      kind: 'owner',
      gateways: atEach(ownerKeys),
    }
    const staying: [Watcher, ...Watcher[]] = [
      owner,
      watcher('member', await stage.person('Mae')),
      watcher('guest', await stage.guest('Guy')),
    ]
    // In hardly any channel: it hears of what mentions it.
    const { user_id: botId, api_key: apiKey } = MadeBot.parse(
      await owner.ok('POST', '/bots', { full_name: 'Looks On', short_name: 'looks-on' }),
    )
    const { email } = Found.parse(await owner.ok('GET', `/users/${botId}`)).user
    const botKeys = { email, apiKey }
    const bot: Watcher = { ...stage.client(botKeys), id: botId, kind: 'bot', gateways: atEach(botKeys) }
    const watching = [...staying, bot]
    const changes = changesAtRandom(
      { owner, staying, lookingOn: [bot], newcomer: (name) => stage.person(name) },
      random,
    )
    const register = async (by: Watcher): Promise<Watched> => ({
      by,
      queue: await eventQueue(random.pick(by.gateways), wanted),
    })

    const done = new Map<string, number>()
    let fromBefore: Watched[] = []
    let compared = 0
    let begunAnew = 0
    // What chance made impossible so far is waited for, within bounds.
    const more = (round: number): boolean =>
      round <= rounds || (round <= 2 * rounds && done.size < changes.kinds.length)
    for (let round = 1; more(round); round++) {
      // Everybody registers at some moment of the round, while the changes around it are being made.
      const moments = watching.map((by) => ({ by, at: random.below(changesPerRound) }))
      const registering: Promise<Watched>[] = []
      const making = new Set<Promise<void>>()
      for (let i = 0; i < changesPerRound; i++) {
        for (const { by, at } of moments) if (at === i) registering.push(register(by))
        const change = changes.next().then(({ kind, done: possible }) => {
          making.delete(change)
          if (possible) done.set(kind, (done.get(kind) ?? 0) + 1)
        })
        making.add(change)
        if (making.size >= atOnce) await Promise.race(making)
      }
      await Promise.all(making)
      const watched = [...fromBefore, ...(await Promise.all(registering))]
      // The Notification Bot speaks a moment later: nothing is to come between the end and who registers behind it.
      await expect
        .poll(() => superuser(product, Waiting, waiting), { timeout: 30_000, interval: 20 })
        .toEqual([])

      const end = `the end of round ${round}`
      const everybody = watching.map(({ id }) => id).filter((id) => id !== owner.id)
      await owner.ok('POST', '/messages', { type: 'direct', to: everybody, content: end })
      fromBefore = await Promise.all(watching.map(register))
      for (const { by, queue } of watched) {
        const events = await unlessAnew(queue.until(saying(end), random.pick(by.gateways)))
        if (!events) {
          begunAnew++
          continue
        }
        compared++
        const fresh = fromBefore.find((one) => one.by === by)
        try {
          expectSnapshotEqual(queue.state, events, fresh?.queue.state)
        } catch (cause) {
          const told = events.map(({ id, type, op }) => `${id} ${type} ${op ?? ''}`).join('\n')
          throw new Error(
            `round ${round}, seed ${seed}: the ${by.kind} from ${queue.state.last_event_id} on:\n${told}`,
            { cause },
          )
        }
      }
    }
    // Few begin anew, or this shows nothing.
    expect(compared).toBeGreaterThan(2 * begunAnew)
    // Most changes at random have to be possible, of every kind, or this shows nothing.
    expect([...done.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan((rounds * changesPerRound) / 3)
    expect([...done.keys()].sort()).toEqual(changes.kinds.toSorted())
  },
  size(600_000, 3_600_000),
)
