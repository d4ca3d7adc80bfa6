import { basicHeader } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { backAgain, kill } from '../faults/processes.ts'
import { type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { size } from '../size.ts'
import { type Crowd, type Member, startCrowd, type Standing } from './crowd.ts'
import { metricOf } from './measures.ts'

const peopleCount = size(10, 50)
const queuesEach = size(30, 100)
const all = peopleCount * queuesEach
const patience = { timeout: size(60_000, 240_000), interval: 250 }

let product: Product
let stage: Scene
let crowd: Crowd
beforeAll(async () => {
  product = await startProduct({ gateways: 2 })
  stage = await scene(product)
  const people: Person[] = []
  for (let n = 0; n < peopleCount; n++) people.push(await stage.person(`Idle ${letters(n)}`))
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'idle' }],
    principals: [stage.org.owner.user_id, ...people.map(({ id }) => id)],
  })
  const members = (await Promise.all(people.map(queuesOf))).flat()
  const { host, port, hostname: servername } = new URL(stage.org.url)
  const addresses = ['127.0.0.2', '127.0.0.3']
  crowd = startCrowd({ members, addresses, port: Number(port), host, ca: stage.ca, servername })
}, 600_000)
afterAll(async () => {
  await crowd?.[Symbol.asyncDispose]()
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 60_000)

const letters = (n: number): string => String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))
const Registered = z.object({ queue_id: z.string(), last_event_id: z.int() })

async function queuesOf(person: Person): Promise<Member[]> {
  const members: Member[] = []
  for (let n = 0; n < queuesEach; n++) {
    const made = Registered.parse(
      await person.ok('POST', '/register', { event_types: ['message'], fetch_event_types: ['message'] }),
    )
    members.push({
      authorization: basicHeader(person).authorization,
      queueId: made.queue_id,
      lastEventId: made.last_event_id,
    })
  }
  return members
}

const say = (content: string) =>
  stage.owner.ok('POST', '/messages', { type: 'channel', to: 'idle', topic: 'idle', content })
const lapses = (gateway: string): Promise<number> =>
  metricOf(product, gateway, 'parley_gateway_lease_lapses_total')
const waited = (gateway: string): Promise<number> =>
  metricOf(product, gateway, 'parley_gateway_handshakes_waited_total')
const when = (holds: (standing: Standing) => boolean) =>
  expect.poll(async () => holds(await crowd.standing()), patience).toBe(true)
const open = async (): Promise<number> => (await crowd.standing()).open
async function toAll(content: string): Promise<void> {
  await say(content)
  await expect.poll(async () => (await crowd.standing()).seen[content], patience).toBe(all)
}

test('[F75] a message reaches every idle connection', async () => {
  await expect.poll(open, patience).toBe(all)
  await toAll('to everybody')
  const { wrong, codes } = await crowd.standing()
  expect([wrong, codes]).toEqual([0, {}])
}, 600_000)

test('[F76] a gateway that is killed leaves its crowd to the other: all are back, and its lease has held', async () => {
  await expect.poll(open, patience).toBe(all)
  const { lost } = await crowd.standing()
  const before = await lapses('gateway-2')
  await kill(product, 'gateway-1')
  await when((standing) => standing.lost >= lost + all / 2 && standing.open === all)
  await toAll('after the kill')
  expect(await lapses('gateway-2')).toBe(before)
}, 600_000)

test('[F76] all connections come back at once: accepts are paced, no lease lapses', async () => {
  await expect.poll(open, patience).toBe(all)
  await backAgain(product, 'gateway-1')
  const gateways = ['gateway-1', 'gateway-2']
  const before = {
    lapses: await Promise.all(gateways.map(lapses)),
    waited: await Promise.all(gateways.map(waited)),
    lost: (await crowd.standing()).lost,
  }
  crowd.drop()
  // What they miss meanwhile is there when they are back.
  await say('while they were away')
  await when(({ lost, open }) => lost >= before.lost + all && open === all)
  await expect.poll(async () => (await crowd.standing()).seen['while they were away'], patience).toBe(all)
  await toAll('after the storm')
  const after = await Promise.all(gateways.map(waited))
  expect(after.filter((count, i) => count <= (before.waited[i] ?? 0))).toEqual([])
  expect(await Promise.all(gateways.map(lapses))).toEqual(before.lapses)
  expect((await crowd.standing()).wrong).toBe(0)
}, 600_000)
