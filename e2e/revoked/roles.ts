import { closeCode } from '@parley/api'
import { type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import type { Person } from '../product.ts'
import { size } from '../size.ts'
import type { Departure } from './departures.ts'
import { pollReader, queueEnded, type Reader, socketReader } from './readers.ts'
import { talk } from './talk.ts'
import { type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_128)
const rounds = size(8, 120)
const patience = { timeout: 30_000, interval: 20 }
const everything = { event_types: ['message'], all_public_streams: true }
const channel = 'Square'

/** A guest reads, finds and writes nothing of a public channel that they are not in, and gets no queue of all channels. */
async function seesNothing(client: ApiClient, queueId: string, id: number): Promise<void> {
  const answers = await Promise.all([
    client.get(`/messages/${id}`),
    client.get('/messages', {
      anchor: 'newest',
      num_before: 5,
      num_after: 0,
      narrow: [['channel', channel]],
    }),
    client.get('/events', { queue_id: queueId, last_event_id: -1, dont_block: true }),
    client.post('/register', everything),
    client.post('/messages', { type: 'channel', to: channel, topic: 'noise', content: 'still here?' }),
    client.post('/users/me/subscriptions', { subscriptions: [{ name: channel }] }),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400))
}

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const bob = await stage.person('Bob')
  await bob.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name: channel }] })
  const say = async (content: string): Promise<number> => {
    const sent = await bob.ok('POST', '/messages', { type: 'channel', to: channel, topic: 'plans', content })
    return Number(sent['id'])
  }
  const owners = here.at({ email: stage.org.owner.email, apiKey: stage.org.owner.api_key })
  const become = (who: Person, role: number) => random.pick(owners).patch(`/users/${who.id}`, { role })
  await using talking = talk(here.at(bob).slice(0, 2), channel)
  const ada = await stage.person('Ada')
  const everywhere = here.at(ada)
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const late: (Departure & { weather: Weather; round: number })[] = []

  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    await using reading = new AsyncDisposableStack()
    const readers: Reader[] = await Promise.all([
      ...everywhere.map((client) => pollReader(client, everything, queueEnded)),
      ...everywhere.map((client, i) =>
        socketReader(client, { ...place, gateway: i + 1 }, everything, closeCode.queueGone),
      ),
    ])
    for (const reader of readers) reading.use(reader)
    await say(`before ${round}`)
    const without = () => readers.filter((r) => !r.contents().includes(`before ${round}`)).length
    await expect.poll(without, patience).toBe(0)

    const below = (n: number): number => random.below(n)
    const answer = await inWeather(weather, product, ways, below, async () => {
      const demoted = await become(ada, 600)
      expect([demoted.status, weather]).toEqual([200, weather])
      const id = await say(`after ${round}`)
      for (const client of everywhere) await seesNothing(client, readers[0]?.queueId ?? '', id)
      return demoted
    })
    await Promise.all(readers.map(({ revoked }) => revoked))
    await departures.upToNow(owners)
    const queues = readers.map(({ queueId }) => queueId)
    const after = departures.between(queues, departures.answeredAt(answer), Infinity)
    late.push(...after.map((one) => ({ ...one, weather, round })))
    for (const reader of readers) {
      expect(reader.contents()).not.toContain(`after ${round}`)
      const ids = reader.events.map(({ id }) => id)
      expect(departures.untold(reader.queueId, ids)).toEqual([])
    }
    expect((await become(ada, 400)).status).toBe(200)
  }
  expect(late).toEqual([])
  expect(talking.said.length).toBeGreaterThan(rounds)
}
