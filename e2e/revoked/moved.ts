import { type ApiClient, basicHeader, contentsOf, eventQueue, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import { size } from '../size.ts'
import { type Departure, nowMs } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { board, type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_131)
const rounds = size(12, 300)
const patience = { timeout: 30_000, interval: 20 }
const newest = { anchor: 'newest', num_before: 5, num_after: 0 }

/** A message went where one may not read: neither it nor what is done to it since is to be found or to be had. */
export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const ada = await stage.person('Ada')
  const bob = await stage.person('Bob')
  const from = board(bob, 'Board')
  const vault = board(bob, 'Vault')
  await from.add(ada)
  await vault.add()
  const found = await bob.ok('GET', '/get_stream_id', { stream: 'Vault' })
  const target = z.int().parse(found['stream_id'])
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(ada) }
  const everywhere = here.at(ada)
  const readers: Reader[] = await Promise.all([
    ...everywhere.map((client) => pollReader(client)),
    ...everywhere.map((client, i) => socketReader(client, { ...place, gateway: i + 1 })),
  ])
  await using reading = new AsyncDisposableStack()
  for (const reader of readers) reading.use(reader)
  const queues = readers.map(({ queueId }) => queueId)

  const findsNothing = async (client: ApiClient, id: number, content: string): Promise<void> => {
    const [one, history, feed, search, star] = await Promise.all([
      client.get(`/messages/${id}`),
      client.get(`/messages/${id}/history`),
      client.get('/messages', newest),
      client.get('/messages', { ...newest, narrow: [['search', content]] }),
      client.post('/messages/flags', { op: 'add', flag: 'starred', messages: [id] }),
    ])
    expect([one.status, history.status, star.status]).toEqual([400, 400, 400])
    expect([feed.status, search.status]).toEqual([200, 200])
    expect(JSON.stringify([feed.body, search.body])).not.toContain(content)
  }

  const late: (Departure & { weather: Weather; round: number })[] = []
  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    const below = (n: number): number => random.below(n)
    // Nobody polls it before the message has gone.
    const held = await eventQueue(random.pick(everywhere))
    const content = `before ${round}`
    const id = await from.say(content)
    const at = random.pick(here.at(bob))
    const moving = await inWeather(weather, product, ways, below, async () => {
      const moved = await at.patch(`/messages/${id}`, { stream_id: target })
      expect([moved.status, weather]).toEqual([200, weather])
      expect((await at.patch(`/messages/${id}`, { content: `after ${round}` })).status).toBe(200)
      await bob.ok('POST', '/messages', {
        type: 'channel',
        to: target,
        topic: 'plans',
        content: `after ${round}`,
      })
      for (const client of everywhere) await findsNothing(client, id, content)
      return moved
    })
    for (const client of everywhere) expect(contentsOf(await held.rest(client))).not.toContain(content)
    // An account has room for two hundred.
    await ada.ok('DELETE', '/events', { queue_id: held.id })
    const toMs = nowMs()
    await from.say(`back ${round}`)
    const without = () => readers.filter((r) => !r.contents().includes(`back ${round}`)).length
    await expect.poll(without, patience).toBe(0)
    await departures.upToNow(everywhere)
    const fromMs = departures.answeredAt(moving)
    late.push(...departures.between(queues, fromMs, toMs).map((one) => ({ ...one, weather, round })))
  }
  expect(late).toEqual([])
  for (const reader of readers) {
    expect(reader.contents().filter((content) => content.startsWith('after'))).toEqual([])
    const ids = reader.events.map(({ id }) => id)
    expect(departures.untold(reader.queueId, ids)).toEqual([])
  }
}
