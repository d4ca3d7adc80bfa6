import { closeCode } from '@parley/api'
import { type Answer, type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { size } from '../size.ts'
import type { Departure } from './departures.ts'
import { estate, idOf, kinds } from './group-rights.ts'
import { pollReader, queueEnded, type Reader, socketReader } from './readers.ts'
import type { ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_135)
const patience = { timeout: 30_000, interval: 20 }
const everything = { event_types: ['stream', 'message'] }

/** Who holds a right by a group has it nowhere once the call that took it has answered, however it was taken. */
export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const everywhere = here.at(ada)
  const owners = here.at({ email: stage.org.owner.email, apiKey: stage.org.owner.api_key })
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const made = await estate(bob, ada)
  const { vault, yard } = made
  await made.permit(owners[0], bob, made.outer)
  await owners[0].ok('PATCH', '/realm', { can_move_messages_between_topics_group: { new: 6 } })
  const pick = (of: readonly [ApiClient, ...ApiClient[]]): ApiClient => random.pick(of)
  const all = kinds(
    ada,
    () => pick(here.at(bob)),
    () => pick(owners),
    () => pick(everywhere),
    made,
  )

  const say = async (to: number, content: string): Promise<number> =>
    idOf(await bob.ok('POST', '/messages', { type: 'channel', to, topic: 'plans', content }))
  const describe = (description: string): Promise<unknown> =>
    bob.ok('PATCH', `/streams/${vault}`, { description })
  /** What comes of reading, writing, moving and deleting. */
  const tries = async (client: ApiClient, kept: number, moved: number): Promise<Record<string, boolean>> => {
    const newest = { anchor: 'newest', num_before: 5, num_after: 0 }
    const [one, narrowed, known, sent, move] = await Promise.all([
      client.get(`/messages/${kept}`),
      client.get('/messages', { ...newest, narrow: [['channel', vault]] }),
      client.get(`/streams/${vault}`),
      client.post('/messages', { type: 'channel', to: vault, topic: 'plans', content: 'here?' }),
      client.patch(`/messages/${moved}`, { topic: `else ${random.below(1_000_000)}` }),
    ])
    const deleted = await client.delete(`/messages/${moved}`)
    const ok = ({ status }: Answer): boolean => status === 200
    const reading = { one: ok(one), narrowed: ok(narrowed), known: ok(known), sent: ok(sent) }
    return { ...reading, move: ok(move), deleted: ok(deleted) }
  }
  const may = (reads: boolean, does: boolean): Record<string, boolean> => ({
    one: reads,
    narrowed: reads,
    known: reads,
    sent: reads,
    move: does,
    deleted: does,
  })

  const rounds = size(2 * all.length, 40 * all.length)
  const late: (Departure & { weather: Weather; kind: string })[] = []
  for (let round = 0; round < rounds; round++) {
    const kind = all[round % all.length]
    const weather = weathers[(round + Math.floor(round / all.length)) % weathers.length] ?? 'calm'
    if (!kind) break
    await kind.give()
    await using reading = new AsyncDisposableStack()
    const readers: Reader[] = await Promise.all([
      ...everywhere.map((client) => pollReader(client, everything, queueEnded)),
      ...everywhere.map((client, i) =>
        socketReader(client, { ...place, gateway: i + 1 }, everything, closeCode.queueGone),
      ),
    ])
    for (const reader of readers) reading.use(reader)
    const came = (reader: Reader, text: string): boolean => JSON.stringify(reader.events).includes(text)
    const kept = await say(vault, `kept ${round}`)
    expect([kind.name, await tries(pick(everywhere), kept, await say(yard, 'mine'))]).toEqual([
      kind.name,
      may(kind.reads, true),
    ])
    await describe(`before ${round}`)
    if (kind.reads)
      await expect.poll(() => readers.filter((r) => !came(r, `before ${round}`)).length, patience).toBe(0)

    const below = (n: number): number => random.below(n)
    const yours = await say(yard, 'yours')
    const answer = await inWeather(weather, product, ways, below, async () => {
      const taken = await kind.take()
      expect([taken.status, weather, kind.name]).toEqual([200, weather, kind.name])
      for (const client of everywhere)
        expect([kind.name, weather, await tries(client, kept, yours)]).toEqual([
          kind.name,
          weather,
          may(false, false),
        ])
      await describe(`after ${round}`)
      return taken
    })
    if (kind.reads) {
      await Promise.all(readers.map(({ revoked }) => revoked))
      await departures.upToNow(owners)
      const queues = readers.map(({ queueId }) => queueId)
      const after = departures.between(queues, departures.answeredAt(answer), Infinity)
      late.push(...after.map((one) => ({ ...one, weather, kind: kind.name })))
    }
    for (const reader of readers) expect(came(reader, `after ${round}`)).toBe(false)
    await kind.undo?.()
  }
  expect(late).toEqual([])

  // A group that something rests on cannot be put out of use, so nothing is taken that way.
  const used = await pick(here.at(bob)).post(`/user_groups/${made.outer}/deactivate`)
  expect(used.body).toMatchObject({ code: 'CANNOT_DEACTIVATE_GROUP_IN_USE' })
}
