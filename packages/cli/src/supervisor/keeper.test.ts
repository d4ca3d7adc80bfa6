import { systemClock } from '@parley/core'
import { expect, test } from 'vitest'
import type { Child, Ended } from '../child.ts'
import { keep, type Unit } from './keeper.ts'

interface FakeChild extends Child {
  end(ended: Ended): void
}

function fakeChild(pid: number): FakeChild {
  const { promise: exited, resolve } = Promise.withResolvers<Ended>()
  return {
    name: 'fake',
    pid,
    exited,
    tail: () => `said by ${pid}`,
    signal() {},
    stop() {
      resolve({ code: 0, signal: null })
      return exited
    },
    end: resolve,
  }
}

/** A unit whose children are made here; `broken` of them end at once. */
function fakeUnit(broken = 0): {
  unit: Unit
  children: FakeChild[]
  launched: (count: number) => Promise<void>
} {
  const children: FakeChild[] = []
  let waiting: { count: number; resolve: () => void }[] = []
  const unit: Unit = {
    name: 'fake-1',
    group: 'fake',
    port: 1,
    address: '127.0.0.1',
    launch() {
      const child = fakeChild(children.length + 1)
      children.push(child)
      if (children.length <= broken) child.end({ code: 3, signal: null })
      for (const w of waiting.filter((one) => one.count <= children.length)) w.resolve()
      waiting = waiting.filter((one) => one.count > children.length)
      return Promise.resolve(child)
    },
    ready: () => Promise.resolve(),
  }
  return {
    unit,
    children,
    launched: (count) =>
      new Promise((resolve) => {
        if (children.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
  }
}

const options = { clock: systemClock, say() {}, onChange() {}, firstPauseMs: 1, longestPauseMs: 4 }

test('a unit that dies is started again', async () => {
  const { unit, children, launched } = fakeUnit()
  const keeper = keep(unit, options)
  await keeper.start()
  expect(keeper.state()).toBe('ready')
  expect(keeper.pid()).toBe(1)
  children[0]?.end({ code: null, signal: 'SIGKILL' })
  await launched(2)
  await expect.poll(() => keeper.state()).toBe('ready')
  expect(keeper.pid()).toBe(2)
  expect(keeper.restarts()).toBe(1)
  await keeper.stop()
  expect(keeper.state()).toBe('stopped')
  expect(keeper.pid()).toBeUndefined()
})

test('a unit that fails at first is tried again; one that fails thrice is told, and tried on', async () => {
  const twice = fakeUnit(2)
  const lucky = keep(twice.unit, options)
  await lucky.start()
  expect(lucky.pid()).toBe(3)
  await lucky.stop()

  const thrice = fakeUnit(3)
  const keeper = keep(thrice.unit, options)
  await expect(keeper.start()).rejects.toThrow('fake-1 does not start: ended with code 3')
  await thrice.launched(4)
  await expect.poll(() => keeper.state()).toBe('ready')
  await keeper.stop()
})

test('a restart that was asked for is no failure', async () => {
  const { unit } = fakeUnit()
  const keeper = keep(unit, options)
  await keeper.start()
  await keeper.restart()
  expect(keeper.state()).toBe('ready')
  expect(keeper.pid()).toBe(2)
  expect(keeper.restarts()).toBe(0)
  await keeper.stop()
})

test('a unit that overlaps is replaced: the next is ready before the former is asked to leave', async () => {
  const { unit, children } = fakeUnit()
  const gate = Promise.withResolvers<void>()
  const keeper = keep(
    { ...unit, overlaps: true, ready: ({ pid }) => (pid === 2 ? gate.promise : Promise.resolve()) },
    options,
  )
  await keeper.start()
  const restarted = keeper.restart()
  await expect.poll(() => children.length).toBe(2)
  expect(keeper.pid()).toBe(1)
  gate.resolve()
  await restarted
  expect([keeper.pid(), keeper.state(), keeper.restarts()]).toEqual([2, 'ready', 0])
  // It is kept like any other.
  children[1]?.end({ code: null, signal: 'SIGKILL' })
  await expect.poll(() => keeper.pid()).toBe(3)
  await keeper.stop()
})

test('where the next one does not start, the former goes on', async () => {
  const { unit, children } = fakeUnit()
  const keeper = keep(
    {
      ...unit,
      overlaps: true,
      ready: ({ pid }) => (pid === 2 ? new Promise(() => {}) : Promise.resolve()),
    },
    options,
  )
  await keeper.start()
  const restarted = keeper.restart()
  await expect.poll(() => children.length).toBe(2)
  children[1]?.end({ code: 3, signal: null })
  await expect(restarted).rejects.toThrow('fake-1 does not start: ended with code 3')
  expect([keeper.pid(), keeper.state(), keeper.restarts()]).toEqual([1, 'ready', 0])
  await keeper.stop()
})

test('a unit whose start throws is tried again', async () => {
  const { unit } = fakeUnit()
  let tries = 0
  const keeper = keep(
    {
      ...unit,
      launch: () => (++tries < 3 ? Promise.reject(new Error('no such program')) : unit.launch()),
    },
    options,
  )
  await keeper.start()
  expect(tries).toBe(3)
  await keeper.stop()
})

test('stopping while it waits for the next try ends it', async () => {
  const { unit } = fakeUnit(100)
  const keeper = keep(unit, { ...options, firstPauseMs: 600_000, longestPauseMs: 600_000 })
  const started = keeper.start()
  await expect.poll(() => keeper.state()).toBe('failing')
  await Promise.all([keeper.stop(), expect(started).rejects.toThrow('was stopped')])
  expect(keeper.state()).toBe('stopped')
})
