import { type ApiClient, basicHeader, seeded, seedOf } from '@parley/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import { size } from '../size.ts'
import { type Departure, nowMs } from './departures.ts'
import { pollReader, type Reader, socketReader } from './readers.ts'
import { type ThreeGateways } from './three-gateways.ts'
import { inWeather, type Weather, weathers } from './weather.ts'

export const seed = seedOf(20_261_130)
const rounds = size(8, 120)
const patience = { timeout: 30_000, interval: 20 }
const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
const name = 'Square'
const web = ['channels', 'web-public']
const channelEvents = { event_types: ['stream', 'subscription'] }

/** By what guests and who has no account cease to see a channel, or the latter alone. */
const takings = ['a member’s channel', 'a private one', 'the switch', 'an archived one'] as const
type Taking = (typeof takings)[number]
const fromGuests: readonly Taking[] = ['a member’s channel', 'a private one']

function take(taking: Taking, owner: ApiClient, channel: number) {
  switch (taking) {
    case 'a member’s channel':
      return owner.patch(`/streams/${channel}`, { is_web_public: false })
    case 'a private one':
      return owner.patch(`/streams/${channel}`, { is_web_public: false, is_private: true })
    case 'the switch':
      return owner.patch('/realm', { enable_spectator_access: false })
    case 'an archived one':
      return owner.delete(`/streams/${channel}`)
  }
}

async function giveBack(taking: Taking, owner: ApiClient, channel: number): Promise<void> {
  if (taking === 'the switch') await owner.ok('PATCH', '/realm', { enable_spectator_access: true })
  else if (taking === 'an archived one')
    await owner.ok('PATCH', `/streams/${channel}`, { is_archived: false })
  else await owner.ok('PATCH', `/streams/${channel}`, { is_web_public: true, is_private: false })
}

/** Whoever has no account, and whether anybody is still let in. */
async function strangerFindsNothing(
  client: ApiClient,
  channel: number,
  message: number,
  letIn: boolean,
): Promise<void> {
  const looking = (...terms: unknown[]) =>
    client.get('/messages', { anchor: 'newest', num_before: 20, num_after: 0, narrow: [web, ...terms] })
  const refused = await Promise.all([
    client.get(`/messages/${message}`),
    client.get(`/users/me/${channel}/topics`),
    looking(['channel', channel]),
    looking(['with', message]),
  ])
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401])
  const lists = await Promise.all([
    looking(),
    looking(['search', 'square']),
    client.post('/register', { fetch_event_types: ['stream', 'realm'] }),
  ])
  expect(lists.map(({ status }) => status)).toEqual(letIn ? [200, 200, 200] : [401, 401, 401])
  const told = JSON.stringify(lists.map(({ body }) => body))
  for (const word of [name, 'in the square']) expect(told).not.toContain(word)
}

/** A guest who is not in it. */
async function guestFindsNothing(client: ApiClient, channel: number, message: number): Promise<void> {
  const narrow = [['channel', channel]]
  const answers = await Promise.all([
    client.get(`/messages/${message}`),
    client.get(`/streams/${channel}`),
    client.get('/get_stream_id', { stream: name }),
    client.get(`/users/me/${channel}/topics`),
    client.get('/messages', { anchor: 'newest', num_before: 5, num_after: 0, narrow }),
    client.post('/messages', { type: 'channel', to: channel, topic: 'plans', content: 'here?' }),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400))
  const lists = await Promise.all([
    client.get('/streams'),
    client.post('/register', { fetch_event_types: ['stream', 'subscription'] }),
  ])
  expect(JSON.stringify(lists.map(({ body }) => body))).not.toContain(name)
}

export async function holds(here: ThreeGateways): Promise<void> {
  const random = seeded(seed)
  const { product, stage, ways, departures } = here
  const { owner } = stage
  const owners = here.at({ email: stage.org.owner.email, apiKey: stage.org.owner.api_key })
  await owner.ok('PATCH', '/realm', { enable_spectator_access: true })
  const bob = await stage.person('Bob')
  const cat = await stage.person('Cat')
  const ownId = z.int().parse((await owner.ok('GET', '/users/me'))['user_id'])
  const made = {
    name,
    subscribers: [ownId, bob.id],
    is_web_public: true,
    send_new_subscription_messages: false,
  }
  const channel = z.int().parse((await owner.ok('POST', '/channels/create', made))['id'])
  const say = async (content: string): Promise<number> => {
    const sent = await bob.ok('POST', '/messages', { type: 'channel', to: channel, topic: 'plans', content })
    return z.int().parse(sent['id'])
  }
  const describe = (description: string) => owner.ok('PATCH', `/streams/${channel}`, { description })
  const gus = await stage.guest('Gus')
  const guests = here.at(gus)
  const strangers = addresses.map((address) => stage.client({ address }))
  const place = { url: stage.org.url, ca: stage.ca, headers: basicHeader(gus) }
  const readers: Reader[] = await Promise.all([
    ...guests.map((client) => pollReader(client, channelEvents)),
    ...guests.map((client, i) => socketReader(client, { ...place, gateway: i + 1 }, channelEvents)),
  ])
  await using reading = new AsyncDisposableStack()
  for (const reader of readers) reading.use(reader)
  const heard = (reader: Reader, word: string): boolean => JSON.stringify(reader.events).includes(word)
  const allHear = (word: string) =>
    expect.poll(() => readers.filter((reader) => !heard(reader, word)).length, patience).toBe(0)
  const sees = async (client: ApiClient, message: number): Promise<number> =>
    (await client.get(`/messages/${message}`)).status

  const late: (Departure & { weather: Weather; round: number })[] = []
  for (let round = 0; round < rounds; round++) {
    const taking = takings[round % takings.length] ?? 'the switch'
    const weather = weathers[(round + Math.floor(round / takings.length)) % weathers.length] ?? 'calm'
    const below = (n: number): number => random.below(n)
    const message = await say(`in the square, round ${round}`)
    await describe(`before ${round}.`)
    await allHear(`before ${round}.`)
    for (const client of strangers) await expect.poll(() => sees(client, message), patience).toBe(200)
    const taken = await inWeather(weather, product, ways, below, async () => {
      const answer = await take(taking, random.pick(owners), channel)
      expect([answer.status, taking, weather]).toEqual([200, taking, weather])
      for (const client of strangers)
        await strangerFindsNothing(client, channel, message, taking !== 'the switch')
      if (!fromGuests.includes(taking)) return answer
      await describe(`after ${round}.`)
      const subscriptions = [{ name }]
      await bob.ok('POST', '/users/me/subscriptions', { subscriptions, principals: [cat.id] })
      await cat.ok('DELETE', '/users/me/subscriptions', { subscriptions: [name] })
      for (const client of guests) await guestFindsNothing(client, channel, message)
      return answer
    })
    const toMs = nowMs()
    // Which is told with the channel that comes back.
    if (taking !== 'an archived one') await describe(`meanwhile ${round}.`)
    await giveBack(taking, owner, channel)
    await describe(`back ${round}.`)
    await allHear(`back ${round}.`)
    await departures.upToNow(owners)
    if (!fromGuests.includes(taking)) continue
    const fromMs = departures.answeredAt(taken)
    for (const reader of readers) {
      // That it is gone may still be on its way; nothing else of it is.
      const gone = reader.events.findLast(({ type, op }) => type === 'stream' && op === 'delete')?.id
      const left = departures.between([reader.queueId], fromMs, toMs)
      const strange = left.filter(({ from, to }) => from !== to || to !== gone)
      late.push(...strange.map((one) => ({ ...one, weather, round })))
    }
  }
  expect(late).toEqual([])
  for (const reader of readers) {
    expect(reader.events.filter((event) => JSON.stringify(event).includes('after '))).toEqual([])
    const ids = reader.events.map(({ id }) => id)
    expect(departures.untold(reader.queueId, ids)).toEqual([])
  }
}
