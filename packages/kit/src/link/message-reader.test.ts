import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Lent, Pool } from '../memory/pool.ts'
import { callerFrame, MessageReader } from './message-reader.ts'

type Told = readonly [kind: string, about: unknown]

interface Listener {
  readonly read: (bytes: Buffer) => boolean
  readonly stop: () => void
  readonly told: Told[]
  readonly texts: Lent[]
}

/** Collects what a reader tells. */
function listener(most = 1_000_000, pool = new Pool(0)): Listener {
  const [told, texts]: [Told[], Lent[]] = [[], []]
  const reader = new MessageReader(
    {
      text(message) {
        told.push(['text', message.bytes.toString('hex')])
        texts.push(message)
      },
      ping: (data) => told.push(['ping', data.toString('hex')]),
      pong: () => told.push(['pong', null]),
      close: (code) => told.push(['close', code]),
    },
    { most, pool },
  )
  return { read: (bytes) => reader.read(bytes), stop: () => reader.stop(), told, texts }
}

/** A frame as servers send them. */
function frame(first: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 0xff]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from([first, ...head]), payload])
}

const text = fc.string({ unit: 'grapheme', maxLength: 200 }).map((one) => Buffer.from(one))
const large = fc
  .tuple(fc.integer({ min: 65_530, max: 200_000 }), fc.integer({ min: 32, max: 126 }))
  .map(([length, byte]) => Buffer.alloc(length, byte))
const payload = fc.oneof(text, large)
const short = fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes))
const pong = frame(0x8a, Buffer.alloc(0))

/** Bytes of messages, with what a reader tells of them; control frames may stand between two frames of a message. */
const message = fc.oneof(
  payload.map((data) => ({ bytes: frame(0x81, data), told: [['text', data.toString('hex')]] as Told[] })),
  fc.array(payload, { minLength: 1, maxLength: 5 }).map((all) => ({
    bytes: Buffer.concat([
      frame(0x01, Buffer.alloc(0)),
      ...all.flatMap((part, i) => [pong, frame(i === all.length - 1 ? 0x80 : 0x00, part)]),
    ]),
    told: [...all.map((): Told => ['pong', null]), ['text', Buffer.concat(all).toString('hex')] as Told],
  })),
  short.map((data) => ({ bytes: frame(0x89, data), told: [['ping', data.toString('hex')]] as Told[] })),
)

test('however the bytes are cut, the same messages come out, and of none in memory that another lies in', () => {
  const pool = new Pool(1_000_000)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.boolean()), { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (all, cuts) => {
        const bytes = Buffer.concat(all.map(([one]) => one.bytes))
        const { read, told, texts } = listener(2_000_000, pool)
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
          (a, b) => a - b,
        )
        const kept: (readonly [Lent, string])[] = []
        // As a socket does it: always into the same memory.
        const memory = Buffer.alloc(bytes.length)
        for (const [i, at] of places.entries()) {
          const count = bytes.copy(memory, 0, at, places[i + 1] ?? at)
          expect(read(memory.subarray(0, count))).toBe(true)
          for (const lent of texts.splice(0)) {
            const release = all[told.length % all.length]?.[1]
            if (release) lent.release()
            else kept.push([lent, lent.bytes.toString('hex')])
          }
        }
        expect(told).toEqual(all.flatMap(([one]) => one.told))
        expect(kept.every(([lent, was]) => lent.bytes.toString('hex') === was)).toBe(true)
        for (const [lent] of kept) lent.release()
      },
    ),
  )
})

const endless = Array.from({ length: 1024 }, () => frame(0x00, Buffer.alloc(0)))

test.each([
  ['extension bits', frame(0xc1, Buffer.alloc(1))],
  ['a mask', Buffer.concat(callerFrame('text', Buffer.from('x')))],
  ['a kind of message there is not', frame(0x83, Buffer.alloc(1))],
  ['a binary message', frame(0x82, Buffer.alloc(1))],
  ['bytes that are no text', frame(0x81, Buffer.from([0xff, 0xfe]))],
  ['more bytes than there are numbers for', Buffer.concat([Buffer.from([0x81, 127]), Buffer.alloc(8, 0xff)])],
  ['a text in too many frames', Buffer.concat([frame(0x01, Buffer.alloc(0)), ...endless])],
  ['a kind of control there is not', frame(0x8b, Buffer.alloc(1))],
  ['a control frame in two', frame(0x09, Buffer.alloc(1))],
  ['a large control frame', frame(0x89, Buffer.alloc(126))],
  ['the rest of nothing', frame(0x80, Buffer.alloc(1))],
  ['a message within a message', Buffer.concat([frame(0x01, Buffer.alloc(1)), frame(0x81, Buffer.alloc(1))])],
  ['a text that is too large', frame(0x81, Buffer.alloc(1001))],
  [
    'a text whose frames are too large together',
    Buffer.concat([frame(0x01, Buffer.alloc(600)), frame(0x80, Buffer.alloc(600))]),
  ],
])('%s is nothing that may come', (_what, bytes) => {
  expect(listener(1000).read(bytes)).toBe(false)
})

test('of a length that is only said one text is kept room for, and given back where it never comes', () => {
  const pool = new Pool(10_000_000)
  const { read, stop, told } = listener(1_000_000, pool)
  expect(read(frame(0x81, Buffer.alloc(900_000, 'x')).subarray(0, 500_000))).toBe(true)
  expect(pool.idleBytes).toBe(0)
  stop()
  expect(pool.idleBytes).toBe(917_504)
  expect(read(Buffer.alloc(500_000))).toBe(true)
  expect([told, pool.idleBytes]).toEqual([[], 917_504])
})

test('closing says why, or nothing', () => {
  const { read, told } = listener()
  read(Buffer.concat([frame(0x88, Buffer.from([3, 232])), frame(0x88, Buffer.alloc(0))]))
  expect(told).toEqual([
    ['close', 1000],
    ['close', 1005],
  ])
})

test.each([0, 125, 126, 16_384, 16_385, 65_535, 65_536])(
  'a frame of ours with %i bytes says how long it is',
  (length) => {
    const bytes = Buffer.concat(callerFrame('text', Buffer.alloc(length, 'x')))
    // What is masked with nothing is as if it were not masked.
    const masked = Buffer.from(bytes)
    masked[1] = (masked[1] ?? 0) & 0x7f
    const at = bytes.length - length - 4
    const { read, told } = listener()
    expect(read(Buffer.concat([masked.subarray(0, at), masked.subarray(at + 4)]))).toBe(true)
    expect(told).toEqual([['text', '78'.repeat(length)]])
  },
)
