import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { Organisations } from './organisations.ts'

test('found ones are remembered for seconds, missing ones shorter, failures not at all', async () => {
  const clock = fixedClock(0)
  const asked: (string | null)[] = []
  let down = false
  const organisations = new Organisations((subdomain) => {
    asked.push(subdomain)
    if (down) return Promise.reject(new Error('down'))
    return Promise.resolve(subdomain === 'nobody' ? null : 3)
  }, clock)
  const both = await Promise.all([organisations.of(null), organisations.of(null)])
  await expect(organisations.of('nobody')).rejects.toMatchObject({ code: 'NONEXISTENT_SUBDOMAIN' })
  await expect(organisations.of('nobody')).rejects.toMatchObject({ code: 'NONEXISTENT_SUBDOMAIN' })
  expect([both, asked]).toEqual([
    [3, 3],
    [null, 'nobody'],
  ])
  clock.advance(1500)
  await organisations.of(null)
  await expect(organisations.of('nobody')).rejects.toThrow('Invalid subdomain')
  expect(asked).toEqual([null, 'nobody', 'nobody'])
  clock.advance(5000)
  down = true
  await expect(organisations.of(null)).rejects.toThrow('down')
  down = false
  expect(await organisations.of(null)).toBe(3)
})

test('guesses at subdomains do not fill the memory', async () => {
  let asked = 0
  const organisations = new Organisations(() => Promise.resolve(++asked && 3), fixedClock(0))
  for (let n = 0; n <= 10_000; n++) await organisations.of(`s${n}`)
  expect(asked).toBe(10_001)
  await organisations.of('s10000')
  await organisations.of('s0')
  expect(asked).toBe(10_002)
})
