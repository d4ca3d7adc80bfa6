import { afterAll, beforeAll, expect, test } from 'vitest'
import { pidOf, restartsOf } from '../faults/processes.ts'
import { type Person, type Product, scene, type Scene, startProduct } from '../product.ts'
import { long, size } from '../size.ts'
import { type Generator, jobOf, type Result, startGenerator } from './generator.ts'
import { historyOf } from './history.ts'
import { metricOf, watchMemory } from './measures.ts'

const gateways = ['gateway-1', 'gateway-2']
const names = [...gateways, 'auth-1', 'streams-1', 'messaging-1', 'uploads-1', 'relay-1', 'audit-1']
/** No process may hold more at any time, MB: twice what a service that is busy as usual holds. */
const mostMemory = 700
const recoveryMs = 10_000

let product: Product
let stage: Scene
/** Two, so that neither its loop nor its connections are what limits. */
let generators: readonly Generator[]
const people: Person[] = []
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  product = stack.use(await startProduct({ gateways: 2 }))
  stage = stack.use(await scene(product))
  generators = [stack.use(startGenerator(10)), stack.use(startGenerator(10))]
  for (const name of ['Ann', 'Ben', 'Cleo', 'Dan']) people.push(await stage.person(`${name} Loud`))
  await stage.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'loud' }],
    principals: [stage.org.owner.user_id, ...people.map(({ id }) => id)],
  })
}, 240_000)
afterAll(() => stack.disposeAsync(), 240_000)

const all = (metric: string) => Promise.all(gateways.map((name) => metricOf(product, name, metric)))
const kindsOf = (results: readonly Result[]): string[] =>
  results.flatMap(({ statuses }) => Object.keys(statuses))
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

test('five times the load: answers are 200, 429 or 503, memory is bounded, and all goes on after it', async () => {
  const pids = names.map((name) => pidOf(product, name))
  const load = { ...jobOf(stage, people), channel: 'loud', mixed: true }
  const run = (name: string, connections: number, rate: number | null, ms: number): Promise<Result[]> =>
    Promise.all(
      generators.map((one, i) =>
        one.run({ ...load, name: `${name}${i}`, connections, rate: rate && rate / generators.length, ms }),
      ),
    )
  // The first thousands of calls compile: what is sustainable shows after them.
  await run('warm', 16, null, size(4000, 10_000))
  const usual = await run('usual', 16, null, size(4000, 20_000))
  expect(kindsOf(usual).filter((of) => !of.endsWith(' 200'))).toEqual([])
  const sustainable = sum(usual.map(({ offered, ms }) => (offered / ms) * 1000))

  using memory = watchMemory(product)
  const much = await run('much', 400, 5 * sustainable, size(8000, 60_000))
  // The load was there: more came than is sustainable, and it had to wait or was refused. How much of the rate a
  // generator reaches is the machine's affair while other tests run beside it.
  expect(sum(much.map(({ offered, skipped, ms }) => ((offered + skipped) / ms) * 1000))).toBeGreaterThan(
    size(1, 3) * sustainable,
  )
  const refused = much.flatMap(({ statuses }) =>
    Object.entries(statuses).flatMap(([of, count]) => (/ (429|503)$/.test(of) ? [count] : [])),
  )
  expect(sum(refused) + sum(much.map(({ skipped }) => skipped))).toBeGreaterThan(0)

  const me = async (): Promise<number> => (await stage.owner.get('/users/me')).status
  const send = async (): Promise<number> =>
    (
      await stage.owner.post('/messages', {
        type: 'channel',
        to: 'loud',
        topic: 'load',
        content: 'after the load',
      })
    ).status
  await expect.poll(me, { timeout: recoveryMs }).toBe(200)
  await expect.poll(send, { timeout: recoveryMs }).toBe(200)

  expect(much.map(({ faults }) => faults)).toEqual([{}, {}])
  expect(kindsOf(much).filter((of) => !/ (200|429|503)$/.test(of))).toEqual([])
  expect(sum(much.map(({ withoutRetryAfter }) => withoutRetryAfter))).toBe(0)
  // Who was answered is in the history once; who was not may be, but not twice.
  const history = (await historyOf(stage.owner, 'loud')).filter((content) => /^(usual|much)\d /.test(content))
  const there = new Set(history)
  expect(there.size).toBe(history.length)
  for (const [name, results] of Object.entries({ usual, much }))
    for (const [i, { acknowledged }] of results.entries())
      expect(acknowledged.filter((n) => !there.has(`${name}${i} ${n}`))).toEqual([])
  expect([...memory.peaks()].filter(([, mb]) => mb > mostMemory)).toEqual([])
  expect(names.map((name) => pidOf(product, name))).toEqual(pids)
  expect(Object.values(await restartsOf(product)).filter((count) => count > 0)).toEqual([])
}, 300_000)

// Beside other tests the machine may leave a gateway without its turn for a lease's time: that it then resumes is what
// was shown above. By itself it keeps its lease.
test.runIf(long)('nor did a gateway lose its lease', async () => {
  expect(await all('parley_gateway_lease_lapses_total')).toEqual([0, 0])
})
