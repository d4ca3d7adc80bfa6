import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { Lease, type LeaseStore } from './lease.ts'

function scene() {
  const clock = fixedClock(0)
  const did: string[] = []
  const applied = new Map<number, number>()
  const next: { answer: Awaited<ReturnType<LeaseStore['renew']>> | Error } = {
    answer: { extended: true, barriers: new Map() },
  }
  let epoch = 0
  const store: LeaseStore = {
    take() {
      did.push('take')
      return Promise.resolve(++epoch)
    },
    renew(of) {
      did.push(`renew ${of}`)
      if (next.answer instanceof Error) return Promise.reject(next.answer)
      const left = [...(next.answer?.barriers ?? [])].filter(([org, seq]) => (applied.get(org) ?? 0) < seq)
      return Promise.resolve(next.answer && { extended: left.length === 0, barriers: new Map(left) })
    },
    end: () => Promise.resolve(),
  }
  const followed = {
    applied: () => applied,
    reach(org: number, seq: number) {
      did.push(`reach ${org} ${seq}`)
      applied.set(org, seq)
      return Promise.resolve()
    },
    fill() {
      did.push('fill')
      return Promise.resolve()
    },
    lapsed() {
      did.push('lapsed')
    },
  }
  return { clock, did, next, lease: new Lease(store, followed, clock, () => {}) }
}

test('taken, then filled, then valid for less than its time', async () => {
  const { clock, did, lease } = scene()
  expect(lease.valid()).toBe(false)
  await lease.turn()
  expect([did, lease.valid()]).toEqual([['take', 'fill'], true])
  clock.advance(1899)
  expect(lease.valid()).toBe(true)
  clock.advance(1)
  expect(lease.valid()).toBe(false)
})

test('renewals extend it and compare the logs with their heads', async () => {
  const { clock, did, lease } = scene()
  await lease.turn()
  clock.advance(1500)
  await lease.turn()
  clock.advance(1500)
  expect([did, lease.valid()]).toEqual([['take', 'fill', 'renew 1', 'fill'], true])
})

test('a barrier is applied before the lease goes on', async () => {
  const { did, next, lease } = scene()
  await lease.turn()
  next.answer = { extended: false, barriers: new Map([[7, 42]]) }
  await lease.turn()
  expect(did.slice(2)).toEqual(['renew 1', 'reach 7 42', 'renew 1', 'fill'])
})

test('after a lapse everything is filled before it counts again', async () => {
  const { clock, did, lease } = scene()
  await lease.turn()
  clock.advance(5000)
  expect(lease.valid()).toBe(false)
  await lease.turn()
  expect([did.slice(2), lease.valid()]).toEqual([['renew 1', 'lapsed', 'fill'], true])
  expect(lease.lapses).toBe(1)
})

test('a lease that is gone is taken anew', async () => {
  const { did, next, lease } = scene()
  await lease.turn()
  next.answer = null
  await lease.turn()
  expect([did.slice(2), lease.valid()]).toEqual([['renew 1', 'lapsed', 'take', 'fill'], true])
})

test('without Postgres it runs out by itself; waiting for it ends', async () => {
  const { clock, next, lease } = scene()
  await lease.turn()
  next.answer = new Error('down')
  await expect(lease.turn()).rejects.toThrow('down')
  clock.advance(2000)
  expect(await lease.whenValid(1)).toBe(false)
  next.answer = { extended: true, barriers: new Map() }
  const waiting = lease.whenValid(10_000)
  await lease.turn()
  expect(await waiting).toBe(true)
})
