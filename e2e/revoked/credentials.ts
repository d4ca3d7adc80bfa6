import { type ApiClient, basicHeader, seeded, seedOf, signIn } from '@parley/testkit'
import { expect } from 'vitest'
import type { Person } from '../product.ts'
import { size } from '../size.ts'
import type { Departure } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { talk } from './talk.ts'
import { board, type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_127)
/** In each round an account is deactivated, a key regenerated and a session ended. */
const rounds = size(12, 170)
const patience = { timeout: 30_000, interval: 20 }

/** Ways to end what a client is let in by; each makes the clients and the call that ends it. */
const kinds = {
  async deactivate({ at, stage }: ThreeGateways, who: Person) {
    const end = () => stage.owner.delete(`/users/${who.id}`)
    return { clients: at(who), headers: basicHeader(who), end }
  },
  async 'rotate the key'({ at }: ThreeGateways, who: Person) {
    const clients = at(who)
    const end = () => clients[1].post('/users/me/api_key/regenerate')
    return { clients, headers: basicHeader(who), end }
  },
  async 'end the session'({ browsers, stage }: ThreeGateways, who: Person) {
    const headers = await signIn(stage.client({}), who.email, who.password)
    const clients = browsers(headers)
    return { clients, headers, end: () => clients[2].delete('/parley/sessions/current') }
  },
} as const

async function opensNothing(client: ApiClient, queueId: string, bob: Person): Promise<void> {
  const answers = await Promise.all([
    client.get('/users/me'),
    client.get('/messages', { anchor: 'newest', num_before: 1, num_after: 0 }),
    client.post('/register'),
    client.get('/events', { queue_id: queueId, last_event_id: -1, dont_block: true }),
    client.post('/messages', { type: 'direct', to: [bob.id], content: 'still here?' }),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
}

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const bob = await stage.person('Bob')
  const { name, add, say } = board(bob, 'Board')
  await add()
  await using talking = talk(here.at(bob).slice(0, 2), name)
  const late: (Departure & { weather: Weather; round: number })[] = []
  const untold: number[] = []

  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    await using reading = new AsyncDisposableStack()
    const victims = await Promise.all(
      Object.values(kinds).map(async (kind, k) => {
        const letters = String.fromCodePoint(97 + k, 97 + (round % 26), 97 + Math.floor(round / 26))
        const who = await stage.person(`Ada ${letters}`)
        await add(who)
        const { clients, headers, end } = await kind(here, who)
        const place = { url: stage.org.url, ca: stage.ca, headers }
        const readers: Reader[] = await Promise.all([
          ...clients.map((client) => pollReader(client)),
          ...clients.map((client, i) => socketReader(client, { ...place, gateway: i + 1 })),
        ])
        for (const reader of readers) reading.use(reader)
        return { clients, readers, end }
      }),
    )
    const everyReader = victims.flatMap(({ readers }) => readers)
    await say(`before ${round}`)
    const without = () => everyReader.filter((r) => !r.contents().includes(`before ${round}`)).length
    await expect.poll(without, patience).toBe(0)

    const answers = await inWeather(
      weather,
      product,
      ways,
      (n) => random.below(n),
      () =>
        Promise.all(
          victims.map(async ({ clients, readers, end }) => {
            const answer = await end()
            expect([answer.status, weather]).toEqual([200, weather])
            for (const client of clients) await opensNothing(client, readers[0]?.queueId ?? '', bob)
            return answer
          }),
        ),
    )
    await say(`after ${round}`)
    await Promise.all(everyReader.map(({ revoked }) => revoked))
    await departures.upToNow(here.at(bob))
    for (const [i, { readers }] of victims.entries()) {
      const answer = answers[i]
      if (!answer) throw new Error('an answer for each')
      const queues = readers.map(({ queueId }) => queueId)
      const after = departures.between(queues, departures.answeredAt(answer), Infinity)
      late.push(...after.map((one) => ({ ...one, weather, round })))
      for (const { queueId, events } of readers)
        untold.push(
          ...departures.untold(
            queueId,
            events.map(({ id }) => id),
          ),
        )
    }
    for (const reader of everyReader) expect(reader.contents()).not.toContain(`after ${round}`)
  }
  expect(late).toEqual([])
  // What the gateways say has left is everything that came: else nothing late would mean nothing.
  expect(untold).toEqual([])
  expect(talking.said.length).toBeGreaterThan(rounds)
}
