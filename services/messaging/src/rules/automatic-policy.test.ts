import { expect, test } from 'vitest'
import { automaticPolicy, did, type Did } from './automatic-policy.ts'

const acts: readonly Did[] = [did.takePart, did.send, did.begin]
const levels = [1, 2, 3, 4]

/** Every wish, act and state, with what becomes of it. */
const all = levels.flatMap((follow) =>
  levels.flatMap((unmute) =>
    acts.flatMap((act) =>
      [true, false].flatMap((channelMuted) =>
        [0, 1, 2, 3].map((policy) => ({
          follow,
          unmute,
          act,
          channelMuted,
          policy,
          now: automaticPolicy({ follow, unmute }, act, { channelMuted, policy }),
        })),
      ),
    ),
  ),
)

test('a topic never shows less than before, and what is so already is no news', () => {
  expect(all.filter(({ now, policy }) => now !== null && now <= policy)).toEqual([])
})

test('following comes before unmuting, which takes a muted channel', () => {
  for (const { follow, unmute, act, channelMuted, policy, now } of all) {
    const wanted = follow <= act ? 3 : channelMuted && unmute <= act ? 2 : null
    expect(now).toBe(wanted !== null && wanted > policy ? wanted : null)
  }
})

test('who wants it for less wants it for more', () => {
  const of = (act: Did) => (wanted: (typeof all)[number]) => wanted.act === act
  const some = all.filter(of(did.takePart))
  for (const [i, more] of all.filter(of(did.send)).entries())
    expect(more.now ?? more.policy).toBeGreaterThanOrEqual(some[i]?.now ?? some[i]?.policy ?? 0)
  expect(all.some(({ follow, act, now }) => follow === 3 && act === did.begin && now === 3)).toBe(true)
  expect(all.filter(({ follow, unmute, now }) => follow === 4 && unmute === 4 && now !== null)).toEqual([])
})
