import { type ApiClient, basicHeader, seeded, seedOf, signIn } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import { size } from '../size.ts'
import { type Person, scene, type Scene } from '../product.ts'
import type { Departure } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { talk } from './talk.ts'
import { board, type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_129)
/** In each an organisation goes out of use, and most come back. */
const rounds = size(4, 40)
const patience = { timeout: 30_000, interval: 20 }

async function opensNothing(client: ApiClient, queueId: string): Promise<void> {
  const answers = await Promise.all([
    client.get('/users/me'),
    client.get('/messages', { anchor: 'newest', num_before: 1, num_after: 0 }),
    client.post('/register'),
    client.get('/events', { queue_id: queueId, last_event_id: -1, dont_block: true }),
    client.post('/messages', { type: 'channel', to: 'Board', topic: 't', content: 'still here?' }),
    client.post('/realm/deactivate'),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
}

/** What an organisation has open at every gateway, by keys and by a session. */
async function readersOf(
  here: ThreeGateways,
  stage: Scene,
  people: readonly Person[],
): Promise<{ clients: ApiClient[]; readers: Reader[] }> {
  const each = people.map((who) => {
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
    const { email, apiKey } = who
    return {
      headers: basicHeader(who),
      clients: addresses.map((address) => stage.client({ email, apiKey, address })),
    }
  })
  const [first] = people
  if (!first) throw new Error('somebody reads')
  const session = await signIn(stage.client({}), first.email, first.password)
  const browsers = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) =>
    stage.client({ headers: session, address, root: '/json' }),
  )
  const all = [...each, { headers: session, clients: browsers }]
  const readers = await Promise.all(
    all.flatMap(({ headers, clients }) =>
      clients.flatMap((client, i) => [
        pollReader(client),
        socketReader(client, { url: stage.org.url, ca: here.stage.ca, headers, gateway: i + 1 }),
      ]),
    ),
  )
  return { clients: all.flatMap(({ clients }) => clients), readers }
}

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, ways, departures } = here
  // Somebody of another organisation hears and says everything all the while.
  const eve = await here.stage.person('Eve')
  const elsewhere = board(eve, 'Elsewhere')
  await elsewhere.add()
  await using talking = talk(here.at(eve).slice(0, 2), elsewhere.name)
  await using listening = await pollReader(here.at(eve)[2])
  const late: (Departure & { weather: Weather; round: number })[] = []

  for (let round = 0; round < rounds; round++) {
    const weather = weathers[round % weathers.length] ?? 'calm'
    await using stage = await scene(product)
    await using reading = new AsyncDisposableStack()
    const people = [await stage.person('Ada'), await stage.person('Bob')]
    const [ada, bob] = people
    if (!ada || !bob) throw new Error('two people')
    const { name, add, say } = board(bob, 'Board')
    await add(ada)
    const { clients, readers } = await readersOf(here, stage, people)
    for (const reader of readers) reading.use(reader)
    await say('before')
    await expect.poll(() => readers.filter((r) => !r.contents().includes('before')).length, patience).toBe(0)
    // Sends go on until nobody lets them in.
    const own = talk([stage.client(ada), stage.client(bob)], name)
    const answer = await inWeather(
      weather,
      product,
      ways,
      (n) => random.below(n),
      async () => {
        const ended = await stage.owner.post('/realm/deactivate')
        expect([ended.status, weather]).toEqual([200, weather])
        const queue = readers[0]?.queueId ?? ''
        for (const client of clients) await opensNothing(client, queue)
        return ended
      },
    )
    await own[Symbol.asyncDispose]()
    await Promise.all(readers.map(({ revoked }) => revoked))
    await departures.upToNow(here.at(eve))
    const queues = readers.map(({ queueId }) => queueId)
    const after = departures.between(queues, departures.answeredAt(answer), Infinity)
    late.push(...after.map((one) => ({ ...one, weather, round })))
    const refused = await stage
      .client({})
      .post('/fetch_api_key', { username: ada.email, password: ada.password })
    expect([refused.status, refused.body['code']]).toEqual([401, 'REALM_DEACTIVATED'])

    const subdomain = new URL(stage.org.url).hostname.split('.')[0] ?? ''
    await product.parley(['org', 'reactivate', subdomain])
    for (const client of clients) await opensNothing(client, readers[0]?.queueId ?? '')
    const key = await stage.client({}).ok('POST', '/fetch_api_key', {
      username: ada.email,
      password: ada.password,
    })
    const again = stage.client({ email: ada.email, apiKey: z.string().parse(key['api_key']) })
    // Everything that was answered as sent is there, and nothing that came after.
    const kept = await again.ok('GET', '/messages', {
      anchor: 'newest',
      num_before: 5_000,
      num_after: 0,
      narrow: [['channel', name]],
      apply_markdown: false,
    })
    const texts = z
      .array(z.looseObject({ content: z.string() }))
      .parse(kept['messages'])
      .map(({ content }) => content)
    expect(own.said.filter(({ content }) => !texts.includes(content))).toEqual([])
    expect(texts).not.toContain('still here?')
  }
  expect(late).toEqual([])
  await elsewhere.say('the end')
  await expect.poll(() => listening.contents().includes('the end'), patience).toBe(true)
  expect(talking.said.length).toBeGreaterThan(rounds)
}
