import { type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { size } from '../size.ts'
import { type Departure, nowMs } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { talk } from './talk.ts'
import { board, type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_126)
const rounds = size(40, 500)
const patience = { timeout: 30_000, interval: 20 }

/** What was sent after the removal is nowhere to be found, nor is the channel open to sending. */
async function findsNothing(client: ApiClient, channel: string, id: number, content: string): Promise<void> {
  const newest = { anchor: 'newest', num_before: 5, num_after: 0 }
  const [one, narrowed, feed, send] = await Promise.all([
    client.get(`/messages/${id}`),
    client.get('/messages', { ...newest, narrow: [['channel', channel]] }),
    client.get('/messages', newest),
    client.post('/messages', { type: 'channel', to: channel, topic: 'plans', content: 'still here?' }),
  ])
  expect([one.status, send.status, feed.status]).toEqual([400, 400, 200])
  expect(JSON.stringify([narrowed.body, feed.body])).not.toContain(content)
}

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const cy = await stage.person('Cy', { address: '127.0.0.4' })
  const { name, add, say } = board(bob, 'Board')
  await add(cy, ada)

  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const readers: Reader[] = await Promise.all([
    ...here.at(ada).map((client) => pollReader(client)),
    ...here.at(ada).map((client, i) => socketReader(client, { ...place, gateway: i + 1 })),
  ])
  await using reading = new AsyncDisposableStack()
  for (const reader of readers) reading.use(reader)
  const queues = readers.map(({ queueId }) => queueId)
  const everywhere = here.at(ada)
  const bobs = here.at(bob)

  const late: (Departure & { weather: Weather; round: number })[] = []
  const outside: { fromMs: number; toMs: number }[] = []
  await using talking = talk([bob, cy], name)
  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    const below = (n: number): number => random.below(n)
    await say(`before ${round}`)
    const answer = await inWeather(weather, product, ways, below, async () => {
      const fields = { subscriptions: [name], principals: [ada.id] }
      const taken = await random.pick(bobs).delete('/users/me/subscriptions', fields)
      expect([taken.status, weather]).toEqual([200, weather])
      const id = await say(`after ${round}`)
      for (const client of everywhere) await findsNothing(client, name, id, `after ${round}`)
      return taken
    })
    const toMs = nowMs()
    await add(ada)
    await say(`back ${round}`)
    const without = () => readers.filter((r) => !r.contents().includes(`back ${round}`)).length
    await expect.poll(without, patience).toBe(0)
    await departures.upToNow(everywhere)
    const fromMs = departures.answeredAt(answer)
    outside.push({ fromMs, toMs })
    late.push(...departures.between(queues, fromMs, toMs).map((one) => ({ ...one, weather, round })))
  }
  expect(late).toEqual([])

  const meanwhile = talking.said.filter(({ askedMs, answeredMs }) =>
    outside.some(({ fromMs, toMs }) => askedMs > fromMs && answeredMs < toMs),
  )
  expect(meanwhile.length).toBeGreaterThan(rounds)
  // The talk goes on: what had come by now is held against what had left by then.
  const came = readers.map(({ queueId, events }) => ({ queueId, ids: events.map(({ id }) => id) }))
  await departures.upToNow(everywhere)
  // What the gateways say has left is everything that came: else nothing late would mean nothing.
  for (const { queueId, ids } of came) expect(departures.untold(queueId, ids)).toEqual([])
  for (const reader of readers) {
    const contents = new Set(reader.contents())
    expect(contents.size).toBe(reader.contents().length)
    expect(meanwhile.filter(({ content }) => contents.has(content))).toEqual([])
    expect([...contents].filter((content) => content.startsWith('after'))).toEqual([])
  }
}
