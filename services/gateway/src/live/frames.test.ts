import { expect, test } from 'vitest'
import { Frames, heartbeat, textFrame } from './frames.ts'

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

test('frames are built once for all who get the same, and not kept', async () => {
  const frames = new Frames()
  const events = [heartbeat(5), heartbeat(6)]
  const frame = frames.of(events)
  expect(frames.of([...events])).toBe(frame)
  expect(frames.of(events.slice(0, 1))).not.toBe(frame)
  expect(frame.subarray(2).toString()).toBe(
    '{"type":"events","events":[{"type":"heartbeat","id":5},{"type":"heartbeat","id":6}]}',
  )
  await turn()
  expect(frames.of(events)).not.toBe(frame)
  expect(frames.of(events)).toEqual(frame)
})

test('two organisations share no frame, though their events have the same place', () => {
  const frames = new Frames()
  const ours = frames.of([{ seq: 5, text: '{"content":"ours"}' }])
  expect(frames.of([{ seq: 5, text: '{"content":"theirs"}' }])).not.toBe(ours)
})

test.each([
  [125, [0x81, 125]],
  [126, [0x81, 126, 0, 126]],
  [65_535, [0x81, 126, 255, 255]],
  [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])('a text frame of %i bytes says so', (length, head) => {
  const text = `é${'x'.repeat(length - 2)}`
  expect(textFrame(text)).toEqual(Buffer.concat([Buffer.from(head), Buffer.from(text)]))
})
