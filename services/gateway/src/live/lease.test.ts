import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { Lease, type LeaseStore } from './lease.ts'

function scene() {
  const clock = fixedClock(0)
  const did: string[] = []
  const applied = new Map<number, number>()
  const next: { answer: Awaited<ReturnType<LeaseStore['renew']>> | Error; fills: boolean } = {
    answer: { extended: true, barriers: new Map() },
    fills: true,
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
      return next.fills ? Promise.resolve() : Promise.reject(new Error('unreadable'))
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

test('one that was asked for too long ago has lapsed when it comes', async () => {
  const { clock, did, lease } = scene()
  const waiting = lease.whenValid(60_000)
  const late = lease.start()
  clock.advance(2000)
  await expect(late).rejects.toThrow('could not be taken')
  expect(lease.valid()).toBe(false)
  await lease.turn()
  expect([await waiting, lease.valid(), lease.lapses]).toEqual([true, true, 1])
  expect(did).toEqual(['take', 'fill', 'renew 1', 'lapsed', 'fill'])
})

test('what was never filled does not lapse', async () => {
  const { did, next, lease } = scene()
  next.fills = false
  await expect(lease.turn()).rejects.toThrow('unreadable')
  next.answer = null
  next.fills = true
  await lease.turn()
  expect([did, lease.valid(), lease.lapses]).toEqual([['take', 'fill', 'renew 1', 'take', 'fill'], true, 0])
})
