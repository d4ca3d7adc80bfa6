import { event, type Viewer } from '@parley/events'
import { Capabilities } from '@parley/api'
import { userId } from '@parley/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Ring } from './ring.ts'

let shapes = 0
const said = event({
  type: 'said',
  emitter: 'messaging',
  audience: 'organisation',
  body: z.object({ text: z.string() }),
  wire: ['said'],
  variant: (viewer) => String(viewer.applyMarkdown),
  shape: (body, viewer) => {
    shapes++
    return { type: 'said', text: viewer.applyMarkdown ? `<p>${body.text}</p>` : body.text }
  },
  own: (_, viewer) => ({ mine: viewer.userId === 1 }),
})
const declaration = said as never
const viewer = (id: number, applyMarkdown = true): Viewer => ({
  userId: userId(id),
  role: 400,
  capabilities: Capabilities.parse({}),
  applyMarkdown,
  slimPresence: false,
  sees: null,
  queueId: 'q',
})
const at = (seq: number, text = 'x'): Parameters<Ring['push']>[2] => ({
  seq,
  type: 'said',
  body: { text },
  userIds: [],
  channelId: null,
  revokes: false,
})
const push = (ring: Ring, org: number, seq: number, text = 'x') =>
  ring.push(org, declaration, at(seq, text), { text }, null)

test('gives what came after a place, and says when it has forgotten', () => {
  const ring = new Ring()
  ring.begin(1, 10)
  for (let seq = 11; seq <= 15; seq++) push(ring, 1, seq)
  expect(ring.after(1, 13)?.map((r) => r.seq)).toEqual([14, 15])
  expect(ring.after(1, 10)).toHaveLength(5)
  expect(ring.after(1, 15)).toEqual([])
  expect([ring.after(1, 9), ring.after(2, 0)]).toEqual([null, null])
})

test('the oldest go first and the bytes stay below the capacity', () => {
  const ring = new Ring(20_000)
  ring.begin(1, 0)
  ring.begin(2, 0)
  for (let seq = 1; seq <= 3000; seq++) push(ring, 1 + (seq % 2), Math.ceil(seq / 2), 'some words')
  expect(ring.bytes).toBeLessThanOrEqual(20_000)
  const rest = ring.after(1, 1480)
  expect(rest?.map((r) => r.seq)).toEqual(Array.from({ length: 20 }, (_, i) => 1481 + i))
  expect(ring.after(1, 0)).toBeNull()
  ring.forget(1)
  ring.forget(2)
  expect(ring.bytes).toBe(0)
})

test('an event is encoded once per variant, with the fields of one user after it', () => {
  const ring = new Ring()
  ring.begin(1, 0)
  const { encoded } = push(ring, 1, 1, 'hi')
  shapes = 0
  const texts = [viewer(1), viewer(2), viewer(1, false)].map((v) => {
    const shaped = encoded.for(v)
    return shaped && encoded.wired(1, shaped, encoded.own(v)).text
  })
  expect(texts.map((t): unknown => JSON.parse(t ?? 'null'))).toEqual([
    { type: 'said', text: '<p>hi</p>', mine: true, id: 1 },
    { type: 'said', text: '<p>hi</p>', mine: false, id: 1 },
    { type: 'said', text: 'hi', mine: true, id: 1 },
  ])
  expect(shapes).toBe(2)
})

test('what is forgotten takes no room, whoever encodes it still, and is passed over', () => {
  const ring = new Ring(2000)
  for (const org of [1, 2]) ring.begin(org, 0)
  const { encoded } = push(ring, 1, 1)
  push(ring, 1, 2)
  push(ring, 2, 1)
  ring.forget(1)
  const left = ring.bytes
  expect(encoded.for(viewer(1))).not.toBeNull()
  expect(ring.bytes).toBe(left)
  for (let seq = 2; seq <= 12; seq++) push(ring, 2, seq)
  expect([ring.bytes <= 2000, ring.after(2, 11)?.map((r) => r.seq)]).toEqual([true, [12]])
})
