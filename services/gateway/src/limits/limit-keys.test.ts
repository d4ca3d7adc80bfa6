import { looks, perAccount, perIp, perNetwork, perOrganisation, perUser } from '@parley/api'
import { fixedClock } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { counters, network } from './limit-keys.ts'
import { LocalCounters } from './local.ts'

const who = { org: 7, user: 3, ip: '127.0.0.1', account: 'A@x.test ' }

test('one counter per limit, its key made of ids and digests', () => {
  const made = counters(
    [perUser('send', 200, 60), perIp('all', 100, 60), perAccount('login', 5, 1800)],
    who,
    1,
  )
  expect(made.slice(0, 2)).toEqual([
    { key: 'gateway:limit:{7}:send:60:u3', rate: { count: 200, periodMs: 60_000 } },
    { key: 'gateway:limit:{7}:all:60:a127.0.0.1', rate: { count: 100, periodMs: 60_000 } },
  ])
  expect(made[2]?.key).toMatch(/^gateway:limit:\{7\}:login:1800:n[\w-]{22}$/)
})

test('all of an organisation are counted together, wherever they come from', () => {
  const key = (ip: string): string | undefined =>
    counters([perOrganisation('look', 600, 60)], { ...who, user: null, ip }, 1)[0]?.key
  expect(key('10.0.0.1')).toBe('gateway:limit:{7}:look:60:o')
  expect(key('2001:db8::1')).toBe(key('10.0.0.1'))
})

test('an account is the same however it is typed', () => {
  const key = (account: string): string | undefined =>
    counters([perAccount('x', 1, 1)], { ...who, account }, 1)[0]?.key
  expect(key('a@X.test')).toBe(key(' A@x.test'))
  expect(key('b@x.test')).not.toBe(key('a@x.test'))
})

const someone = fc.record({
  org: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  user: fc.option(fc.integer({ min: 1 })),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  // As anybody may type it.
  account: fc.option(fc.string({ unit: 'binary' })),
})
const everyLimit = [
  perUser('send', 200, 60),
  perIp('all', 100, 60),
  perAccount('login', 5, 1800),
  perOrganisation('shown', 10, 60),
  perNetwork('near', 10, 60),
]

test('TE-04 every key is of one organisation, whatever is typed', () => {
  fc.assert(
    fc.property(someone, (asks) => {
      for (const { key } of counters(everyLimit, asks, 1)) {
        const [, org] = /^gateway:limit:\{(\d+)\}:[a-z]+:\d+:[\w.-]+$/.exec(key) ?? []
        expect(org).toBe(String(asks.org))
      }
    }),
  )
})

test.each([
  ['10.0.0.1', '10.0.0'],
  ['::ffff:10.0.0.1', '10.0.0'],
  ['2001:db8:1:2::1', '2001.db8.1'],
  ['::1', '0.0.0'],
])('RL-02 what one provider has given out of %s is %s', (ip, expected) => {
  expect(network(ip, 3)).toBe(expected)
})

test('who has no account takes a share of what all have, with however many addresses of a network', () => {
  const local = new LocalCounters(fixedClock(0))
  const taken = (ip: string): number => {
    let count = 0
    while (local.count(counters(looks, { ...who, user: null, ip }, 2)).every(({ ok }) => ok)) count++
    return count
  }
  // Without Redis a gateway counts half, so this is as declared.
  const near = Array.from({ length: 50 }, (_, n) => `2001:db8:1:${n + 1}::1`)
  expect(near.map(taken).reduce((sum, one) => sum + one, 0)).toBe(200)
  expect(taken('10.0.0.1')).toBe(100)
  expect(['10.0.0.2', '10.0.0.3', '10.0.1.1'].map(taken)).toEqual([100, 0, 100])
})

test('limits without a subject do not count; the factor multiplies', () => {
  const nobody = { ...who, user: null, account: null }
  expect(counters([perUser('a', 1, 1), perAccount('b', 1, 1)], nobody, 1)).toEqual([])
  expect(counters([perIp('c', 10, 1)], nobody, 2.55)[0]?.rate.count).toBe(25)
  expect(counters([perIp('c', 10, 1)], nobody, 0.001)[0]?.rate.count).toBe(1)
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001.db8.1.2'],
  ['2001:db8:1:2::1', '2001.db8.1.2'],
  ['2001:0DB8::1', '2001.db8.0.0'],
  ['::1', '0.0.0.0'],
  ['fe80::1%eth0', 'fe80.0.0.0'],
])('RL-02 the network of %s is %s', (ip, expected) => {
  expect(network(ip)).toBe(expected)
})
