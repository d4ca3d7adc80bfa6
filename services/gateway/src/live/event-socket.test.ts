import { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'
import { closeCode } from '@parley/api'
import { fixedClock } from '@parley/core'
import { expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import type { Departures } from '../departures.ts'
import { EventSocket } from './event-socket.ts'
import { Frames, heartbeat } from './frames.ts'
import type { Queue } from './queue.ts'

/** A socket whose reader may be as slow as the test likes. */
class SlowSocket extends EventEmitter {
  bufferedAmount = 0
  readonly OPEN = 1
  readyState = 1
  readonly did: unknown[] = []
  /** Says of each frame that the kernel has it. */
  readonly left: ((error?: Error) => void)[] = []
  readonly wire = {
    write: (frame: Buffer, left?: (error?: Error) => void): void => {
      this.did.push(frame.subarray(2).toString())
      if (left) this.left.push(left)
    },
  }
  close(code: number): void {
    this.did.push(code)
  }
  terminate(): void {
    this.did.push('terminate')
  }
  ping(): void {
    this.did.push('ping')
  }
}

function scene(departures: Departures | null = null) {
  const clock = fixedClock(0)
  const socket = new SlowSocket()
  const acks: number[] = []
  let gone = 0
  let leaving = 0
  let slow = 0
  const consumer = new EventSocket(
    {
      clock,
      frames: new Frames(),
      departures,
      positions: { note: (_, __, id) => acks.push(id) },
      slowReaders: { inc: () => slow++ },
    },
    {
      socket: socket as unknown as WebSocket,
      wire: socket.wire as unknown as Writable,
      organisation: {
        org: 1,
        head: 7,
        stop: () => gone++,
        leaving: () => {
          leaving++
          return () => leaving--
        },
      },
      queue: { spec: { queueId: 'q' } } as Queue,
      credential: 'key:1',
      until: Infinity,
    },
  )
  return { clock, socket, acks, consumer, gone: () => gone, leaving: () => leaving, slow: () => slow }
}

test('WS-08 a reader that is too slow is let go, to resume', () => {
  const { socket, consumer, gone, leaving, slow } = scene()
  consumer.deliver([heartbeat(1)])
  socket.bufferedAmount = 2 * 1024 * 1024
  consumer.deliver([heartbeat(2)])
  consumer.deliver([heartbeat(3)])
  expect([socket.did, gone()]).toEqual([
    ['{"type":"events","events":[{"type":"heartbeat","id":1}]}', closeCode.resume],
    1,
  ])
  // It may read on to the code that ends it; until then a revocation can take back what waits.
  expect([leaving(), slow()]).toEqual([1, 1])
  consumer.cut()
  expect(socket.did.at(-1)).toBe('terminate')
  socket.emit('close')
  expect(leaving()).toBe(0)
})

test('what passes is left out where the reader does not keep up, and nobody is let go for it', () => {
  const { socket, consumer, gone } = scene()
  socket.bufferedAmount = 128 * 1024
  expect(consumer.pass([heartbeat(1)])).toBe(true)
  socket.bufferedAmount++
  expect(consumer.pass([heartbeat(2)])).toBe(false)
  socket.bufferedAmount = 0
  consumer.end('restart')
  expect(consumer.pass([heartbeat(3)])).toBe(false)
  expect([socket.did.length, gone()]).toEqual([2, 1])
})

test('without the right to answer, what waits in the process does not leave it', async () => {
  const { socket, consumer, leaving } = scene()
  socket.bufferedAmount = 1
  consumer.end('resume')
  expect([socket.did, leaving()]).toEqual([[closeCode.resume], 0])
  await vi.waitFor(() => {
    expect(socket.did.at(-1)).toBe('terminate')
  })
})

test('F73 a flood of pings is cut, one that nobody reads the answers of sooner', () => {
  const { socket } = scene()
  for (let i = 0; i < 6000; i++) socket.emit('ping')
  expect(socket.did).toEqual([])
  socket.emit('ping')
  expect(socket.did).toEqual(['terminate'])
  const unread = scene().socket
  unread.bufferedAmount = 2 * 1024 * 1024
  unread.emit('ping')
  expect(unread.did).toEqual(['terminate'])
})

test('what waits in the process when a right is taken never leaves it', () => {
  const { socket, consumer } = scene()
  consumer.cut()
  expect(socket.did).toEqual([])
  socket.bufferedAmount = 1
  consumer.cut()
  expect(socket.did).toEqual(['terminate'])
})

test('F41 a connection is pinged, and cut when it shows no life', () => {
  const { clock, socket, consumer } = scene()
  const pass = (ms: number): void => {
    clock.advance(ms)
    consumer.tick()
  }
  pass(10_000)
  pass(15_000)
  socket.emit('pong')
  pass(25_000)
  pass(25_000)
  pass(24_000)
  expect(socket.did).toEqual(['ping', 'ping', 'ping'])
  pass(2000)
  expect(socket.did.at(-1)).toBe('terminate')
})

test('F73 WS-09 acknowledgements are taken; a flood of them is not', () => {
  const { socket, acks } = scene()
  const say = (text: string): boolean => socket.emit('message', Buffer.from(text), false)
  for (let i = 0; i < 6000; i++) say('{"ack":7}')
  expect([acks.length, socket.did]).toEqual([6000, []])
  say('{"ack":7}')
  expect(socket.did).toEqual([closeCode.badFrame])
})

test('WS-09 nobody acknowledges what is not in the log yet', () => {
  const { socket, acks } = scene()
  for (const ack of [6, 8]) socket.emit('message', Buffer.from(JSON.stringify({ ack })), false)
  expect(acks).toEqual([6, 7])
})

test('nothing follows a closing frame', () => {
  const { socket, consumer } = scene()
  socket.readyState = 2
  consumer.deliver([heartbeat(1)])
  expect(socket.did).toEqual([])
})

test('events have left when the kernel has them, and not where the connection ended first; heartbeats are none', () => {
  const left: unknown[] = []
  const { socket, consumer } = scene({
    events: (queueId, events) => left.push([queueId, events.map(({ seq }) => seq)]),
    answer: () => {},
  })
  const said = (seq: number) => ({ seq, text: '{}' })
  consumer.deliver([said(4), said(5)])
  consumer.deliver([said(6)])
  consumer.beat(6)
  expect(left).toEqual([])
  socket.left[0]?.()
  socket.left[1]?.(new Error('destroyed'))
  expect([left, socket.left.length]).toEqual([[['q', [4, 5]]], 2])
})

test('F73 a client may send as much in each minute; once it is closed nothing it sends matters', () => {
  const { clock, socket, acks, consumer, gone } = scene()
  const say = (text: string): boolean => socket.emit('message', Buffer.from(text), false)
  for (let minute = 0; minute < 2; minute++) {
    for (let i = 0; i < 6000; i++) say('{"ack":7}')
    clock.advance(60_001)
  }
  expect([acks.length, socket.did]).toEqual([12_000, []])
  consumer.end('restart')
  consumer.end('resume')
  say('{')
  expect([socket.did, gone()]).toEqual([[closeCode.restart], 1])
})

test('catching up waits for the reader to keep up, and not for one that is gone', async () => {
  const { socket, consumer } = scene()
  socket.bufferedAmount = 200 * 1024
  let drained = false
  const waiting = consumer.drained().then(() => {
    drained = true
  })
  await new Promise((done) => setImmediate(done))
  expect(drained).toBe(false)
  socket.bufferedAmount = 128 * 1024
  await waiting
  socket.bufferedAmount = 200 * 1024
  socket.readyState = 3
  await consumer.drained()
})
