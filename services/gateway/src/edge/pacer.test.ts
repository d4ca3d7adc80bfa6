import { setTimeout as delay } from 'node:timers/promises'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Pacer } from './pacer.ts'

test('so many at a time; whoever is done makes room', () => {
  const begun: Socket[] = []
  const pacer = new Pacer((socket) => begun.push(socket), 1, 1)
  const [a, b, c] = [new Socket(), new Socket(), new Socket()]
  for (const socket of [a, b, c]) pacer.accept(socket)
  expect([begun, c.destroyed]).toEqual([[a], true])
  expect([pacer.waited, pacer.dropped]).toEqual([1, 1])
  pacer.done(a)
  expect(begun).toEqual([a, b])
  pacer.destroy()
})

test('those who connect and say nothing keep nobody out', async () => {
  const next = Promise.withResolvers<Socket>()
  const silent = new Socket()
  const pacer = new Pacer((socket) => socket === silent || next.resolve(socket), 1, 10, 5)
  const honest = new Socket()
  pacer.accept(silent)
  pacer.accept(honest)
  expect(await Promise.race([next.promise, delay(5000)])).toBe(honest)
  pacer.destroy()
})

test('who leaves while waiting takes no turn, and who leaves while shaking hands makes room', () => {
  const begun: Socket[] = []
  const pacer = new Pacer((socket) => begun.push(socket), 1)
  const [a, b, c] = [new Socket(), new Socket(), new Socket()]
  for (const socket of [a, b, c]) pacer.accept(socket)
  pacer.done(b)
  pacer.gone(b)
  pacer.gone(a)
  expect(begun).toEqual([a, c])
  pacer.destroy()
})
