import { canary, eventQueue, saying, secretsIn, signIn } from '@parley/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { detour } from '../faults/detours.ts'
import { dataFolder, scene, startProduct } from '../product.ts'
import { type Heard, listening, saidInClear, textOf } from './wire.ts'

const services = [
  'gateway-1',
  'auth-1',
  'streams-1',
  'messaging-1',
  'uploads-1',
  'audit-1',
  'relay-1',
] as const
const ways = services.flatMap((from) =>
  [...services, 'postgres', 'nats', 'redis']
    .filter((to) => to !== from)
    .map((to) => `${from}>${to}` as const),
)
/** Ways that are known to be in use; others may be. */
const used = [
  ...services.flatMap((from) => [`${from}>postgres`, `${from}>nats`]),
  'gateway-1>redis',
  ...['auth-1', 'streams-1', 'messaging-1', 'uploads-1'].map((to) => `gateway-1>${to}`),
]

test('M-02 nothing goes in clear between any two processes', async () => {
  const data = dataFolder()
  const { heard, tapOf } = listening()
  await using proxies = await detour(data, ways, tapOf)
  await using product = await startProduct({ data, gateways: 1 })
  await using stage = await scene(product)

  const account = { email: canary.email, password: canary.password }
  await stage.owner.ok('POST', '/users', { ...account, full_name: canary.name })
  const nobody = stage.client({ headers: { 'user-agent': canary.agent } })
  const fetched = await nobody.ok('POST', '/fetch_api_key', {
    username: canary.email,
    password: canary.password,
  })
  const apiKey = z.string().parse(fetched['api_key'])
  await signIn(nobody, canary.email, canary.password)
  const ada = stage.client({ email: canary.email, apiKey })
  await ada.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: canary.channel, description: canary.description }],
  })
  const queue = await eventQueue(ada)
  await ada.ok('POST', '/messages', {
    type: 'channel',
    to: canary.channel,
    topic: canary.topic,
    content: canary.content,
    queue_id: queue.id,
    local_id: canary.local,
  })
  await queue.until(saying(canary.content))

  const all = heard()
  const bytesOn = (way: string): number =>
    all.filter((one) => one.way === way).reduce((sum, one) => sum + textOf(one).length, 0)
  expect(Object.keys(proxies.on)).toEqual(ways)
  expect(used.filter((way) => bytesOn(way) < 2000)).toEqual([])
  expect(all.flatMap(saidInClear)).toEqual([])
  const secrets = { ...canary, 'api key': apiKey }
  const leaks = (one: Heard): string[] => secretsIn(textOf(one), secrets).map((what) => `${one.way}: ${what}`)
  expect(all.flatMap(leaks)).toEqual([])
}, 240_000)

test('M-02 what would go in clear would be found', () => {
  const { heard, tapOf } = listening()
  const say = (way: string, connection: number, calls: Buffer | string, answers: Buffer | string): void => {
    tapOf(way)(Buffer.from(calls), 'calls', connection)
    tapOf(way)(Buffer.from(answers), 'answers', connection)
  }
  const record = Buffer.from([23, 3, 3, 0, 4, 1, 2, 3, 4])
  say(
    'a-1>postgres',
    1,
    Buffer.concat([Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), record]),
    `S${record.toString('latin1')}`,
  )
  say(
    'a-1>nats',
    1,
    record,
    Buffer.concat([Buffer.from('INFO {"max_payload":1}\r\n'), record, record.subarray(0, 7)]),
  )
  say('a-1>b-1', 1, record, record)
  expect(heard().flatMap(saidInClear)).toEqual([])
  say('a-1>postgres', 2, `\0\0\0\x30user`, 'R')
  say('a-1>nats', 2, 'CONNECT {}\r\n', 'INFO {}\r\n+OK\r\n')
  say('a-1>redis', 1, Buffer.concat([record, Buffer.from(`AUTH ${canary.password}`)]), record)
  expect(heard().flatMap(saidInClear)).toHaveLength(5)
  expect(heard().flatMap((one) => secretsIn(textOf(one), canary))).toEqual(['password'])
})
