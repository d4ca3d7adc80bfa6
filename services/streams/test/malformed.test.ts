import { operations } from '@parley/api'
import type { OrgId } from '@parley/core'
import { size } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, fixture, type Person } from './fixture.ts'

let f: Fixture
let org: OrgId
let ada: Person

beforeAll(async () => {
  f = await fixture()
  org = await f.organisation()
  ada = await f.person(org)
  await f.ok(ada, 'subscribe', { subscriptions: [{ name: 'open' }] })
})
afterAll(() => f[Symbol.asyncDispose]())

const nasty = fc.oneof(
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '\udfff x',
    "'; DROP TABLE x; --",
    '%',
    '\\',
    'open',
    'x'.repeat(100_000),
  ),
  fc.string({ unit: 'binary' }),
)
const anyText = fc.oneof(
  nasty,
  fc.json(),
  fc.constantFrom('null', '[]', '{}', '[[]]', '-1', '1e999', '99999999999999999999', 'true', '"open"'),
  fc.constant(`${'['.repeat(5000)}${']'.repeat(5000)}`),
  fc
    .array(fc.record({ name: nasty, description: nasty }), { maxLength: 3 })
    .map((list) => JSON.stringify(list)),
  fc.array(nasty, { maxLength: 3 }).map((list) => JSON.stringify(list)),
  fc.array(fc.oneof(fc.integer(), fc.maxSafeInteger()), { maxLength: 3 }).map((list) => JSON.stringify(list)),
)

// Channels that a lucky text makes are no harm; anything that is not an answer of the API fails the call itself.
test.each(operations.filter((o) => o.service === 'streams').map((o) => [o.id, o] as const))(
  '%s answers whatever it is given',
  async (id, operation) => {
    const shape = Object.fromEntries(Object.keys(operation.params).map((name) => [name, anyText]))
    await fc.assert(
      fc.asyncProperty(fc.record(shape, { requiredKeys: [] }), async (given) => {
        const paths: Record<string, unknown> = {}
        for (const [name, p] of Object.entries(operation.params)) if (p.place === 'path') paths[name] = '1'
        const { status } = await f.call(ada, id, { ...paths, ...given })
        expect([200, 400]).toContain(status)
      }),
      { numRuns: size(120, 1000) },
    )
  },
)

test('the log is without a gap after all that', async () => {
  const log = await f.log(org)
  expect(log.map((e) => e.seq)).toEqual(log.map((_, i) => i + 1))
})
