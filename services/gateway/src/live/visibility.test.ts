import type { Audience } from '@parley/events'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { entitled, goesTo, mayKnow, type Move, PastChannels } from './visibility.ts'

const none = { channels: new Set<number>(), open: null }

test.each([
  ['nobody', [1], null, false],
  ['organisation', [], null, true],
  ['users', [1], null, true],
  ['users', [2], 9, false],
  ['users', [1], 9, true],
  ['users', [1], 8, false],
  ['subscribers', [], 9, true],
  ['subscribers', [], 8, false],
  ['subscribers', [1], 8, true],
  ['subscribers', [], null, false],
  ['leavers', [1], 8, true],
  ['leavers', [2], 9, false],
] as const)('audience %s, users %j, channel %s: %s', (audience: Audience, userIds, channelId, expected) => {
  expect(goesTo({ audience, userIds, channelId }, 1, { channels: new Set([9]), open: null })).toBe(expected)
})

test.each([
  ['in it', 400, [9], [], true],
  ['not in it while it is public', 400, [], [9], true],
  ['not in it after it was closed', 200, [], [], false],
  ['a guest who left it', 600, [], [9], false],
] as const)(
  'what was said in a channel goes to whom it names %s: role %d',
  (_, role, channels, open, expected) => {
    const event = { audience: 'subscribers', userIds: [1], channelId: 9, content: true } as const
    expect(mayKnow(event, 1, { role, channels: new Set(channels) }, new Set(open))).toBe(expected)
  },
)

test('open channels go to those who ask for them', () => {
  const event = { audience: 'subscribers', userIds: [], channelId: 9 } as const
  expect(goesTo(event, 1, { channels: new Set(), open: new Set([9]) })).toBe(true)
  expect(goesTo(event, 1, { channels: new Set(), open: new Set([8]) })).toBe(false)
})

// One user, a few channels: either a move of the user or a message in a channel.
const step = fc.record({ channel: fc.integer({ min: 1, max: 4 }), move: fc.boolean() })

test('what is entitled is what a reader who was there all along would have, less what was taken since', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
      fc.nat(60),
      (steps, first, from) => {
        const channels = new Set(first)
        const moves: Move[] = []
        const events: { seq: number; audience: 'subscribers'; userIds: number[]; channelId: number }[] = []
        const seen: number[] = []
        for (const [i, { channel, move }] of steps.entries()) {
          const seq = i + 1
          if (move) {
            const kind = channels.has(channel) ? 'left' : 'joined'
            if (kind === 'left') channels.delete(channel)
            else channels.add(channel)
            moves.push({ seq, kind, channel })
          } else {
            events.push({ seq, audience: 'subscribers', userIds: [], channelId: channel })
            if (channels.has(channel)) seen.push(seq)
          }
        }
        const expected = events.filter(
          (e) => e.seq > from && seen.includes(e.seq) && channels.has(e.channelId),
        )
        const after = <T extends { seq: number }>(list: T[]): T[] => list.filter((e) => e.seq > from)
        const past = new PastChannels(channels, after(moves))
        expect(entitled(after(events), 1, { channels, open: null }, past)).toEqual(expected)
      },
    ),
  )
})

test('events to oneself need a channel only where they name one', () => {
  const event = { seq: 1, audience: 'users', userIds: [1] } as const
  const past = (channels: Iterable<number>): PastChannels => new PastChannels(new Set(channels), [])
  const [anywhere, inside] = [
    { ...event, channelId: null },
    { ...event, channelId: 9 },
  ]
  expect(entitled([anywhere, inside], 1, none, past([]))).toEqual([anywhere])
  // Told while in it, asked for after leaving.
  expect(entitled([inside], 1, none, past([9]))).toEqual([])
  expect(entitled([inside], 1, { channels: new Set([9]), open: null }, past([9]))).toEqual([inside])
})

test('who came and went since the client last asked hears neither of it; who was in before, of the first going', () => {
  const gone = (seq: number) => ({ seq, audience: 'leavers', userIds: [1], channelId: 9 }) as const
  const move = (seq: number, kind: Move['kind']): Move => ({ seq, kind, channel: 9 })
  const heard = (now: readonly number[], moves: readonly Move[], ...seqs: readonly number[]): number[] => {
    const channels = new Set(now)
    const past = new PastChannels(channels, moves)
    return entitled(seqs.map(gone), 1, { channels, open: null }, past).map(({ seq }) => seq)
  }
  expect(heard([], [move(1, 'joined'), move(3, 'left')], 3, 4)).toEqual([])
  expect(heard([], [move(1, 'left')], 1, 2)).toEqual([1, 2])
  expect(heard([], [move(1, 'left'), move(3, 'joined'), move(5, 'left')], 1, 2, 5, 6)).toEqual([1, 2])
  // Who is in now is told of every coming and going.
  expect(heard([9], [move(1, 'joined'), move(3, 'left'), move(5, 'joined')], 3, 4)).toEqual([3, 4])
})

test.each([
  ['in it', 400, [9], [], true],
  ['not in it while it is public', 400, [], [9], true],
  ['not in it after it was closed', 400, [], [], false],
  ['a guest by now', 600, [], [9], false],
] as const)(
  'a message of a channel goes to a bot that it mentions %s: role %d',
  (_, role, channels, open, expected) => {
    const event = { audience: 'subscribers', userIds: [1], channelId: 9, messages: [5] } as const
    expect(mayKnow(event, 1, { role, channels: new Set(channels) }, new Set(open))).toBe(expected)
  },
)

test('what is told inside a private channel goes to whom it names beside', () => {
  const event = { audience: 'subscribers', userIds: [1], channelId: 9, messages: null } as const
  expect(mayKnow(event, 1, { role: 200, channels: new Set() }, new Set())).toBe(true)
})
