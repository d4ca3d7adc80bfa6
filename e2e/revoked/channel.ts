import { type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import { size } from '../size.ts'
import { type Departure, nowMs } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_127)
const rounds = size(12, 500)
const patience = { timeout: 30_000, interval: 20 }

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  // She is in no channel: what she reads, she reads because it is public.
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const name = 'Square'
  await bob.ok('POST', '/users/me/subscriptions', { subscriptions: [{ name }] })
  const found = await bob.ok('GET', '/get_stream_id', { stream: name })
  const channel = z.int().parse(found['stream_id'])
  const say = async (content: string): Promise<number> => {
    const sent = await bob.ok('POST', '/messages', { type: 'channel', to: name, topic: 'plans', content })
    return z.int().parse(sent['id'])
  }
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const everything = { event_types: ['message'], all_public_streams: true }
  const everywhere = here.at(ada)
  const readers: Reader[] = await Promise.all([
    ...here.at(ada).map((client) => pollReader(client, everything)),
    ...here.at(ada).map((client, i) => socketReader(client, { ...place, gateway: i + 1 }, everything)),
  ])
  await using reading = new AsyncDisposableStack()
  for (const reader of readers) reading.use(reader)
  const queues = readers.map(({ queueId }) => queueId)

  const findsNothing = async (client: ApiClient, id: number): Promise<void> => {
    const narrow = [['channel', channel]]
    const answers = await Promise.all([
      client.get(`/messages/${id}`),
      client.get(`/streams/${channel}`),
      client.get('/get_stream_id', { stream: name }),
      client.get('/messages', { anchor: 'newest', num_before: 5, num_after: 0, narrow }),
      client.post('/messages', { type: 'channel', to: channel, topic: 'plans', content: 'here?' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400])
    const { body } = await client.get('/streams', { include_all: true })
    expect(JSON.stringify(body)).not.toContain(name)
  }

  const late: (Departure & { weather: Weather; round: number })[] = []
  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    const below = (n: number): number => random.below(n)
    const at = random.pick(here.at(bob))
    await say(`before ${round}`)
    const closing = await inWeather(weather, product, ways, below, async () => {
      const closed = await at.patch(`/streams/${channel}`, { is_private: true })
      expect([closed.status, weather]).toEqual([200, weather])
      const id = await say(`after ${round}`)
      for (const client of everywhere) await findsNothing(client, id)
      return closed
    })
    const toMs = nowMs()
    await bob.ok('PATCH', `/streams/${channel}`, { is_private: false })
    await say(`back ${round}`)
    const without = () => readers.filter((r) => !r.contents().includes(`back ${round}`)).length
    await expect.poll(without, patience).toBe(0)
    await departures.upToNow(everywhere)
    const fromMs = departures.answeredAt(closing)
    late.push(...departures.between(queues, fromMs, toMs).map((one) => ({ ...one, weather, round })))

    const archived = await at.delete(`/streams/${channel}`)
    expect([archived.status, weather]).toEqual([200, weather])
    for (const client of [...everywhere, ...here.at(bob)]) {
      const word = { type: 'channel', to: channel, topic: 'plans', content: `archived ${round}` }
      expect((await client.post('/messages', word)).status).toBe(400)
    }
    await bob.ok('PATCH', `/streams/${channel}`, { is_archived: false })
  }
  expect(late).toEqual([])
  for (const reader of readers) {
    expect(reader.contents().filter((content) => /^(after|archived)/.test(content))).toEqual([])
    const ids = reader.events.map(({ id }) => id)
    expect(departures.untold(reader.queueId, ids)).toEqual([])
  }
}
