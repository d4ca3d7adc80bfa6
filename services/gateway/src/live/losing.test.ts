import { expect, test } from 'vitest'
import type { Effect } from './effect.ts'
import { losing } from './losing.ts'
import { Members } from './members.ts'
import type { Person } from './person.ts'

const person = (role: number, ...channels: number[]): Person => ({
  role,
  active: true,
  generation: 1,
  vantage: 1,
  channels: new Set(channels),
  sees: null,
})
const inside = 1
const outside = 2
const guest = 3
const guestInside = 4
const users = [inside, outside, guest, guestInside]
const closed = 10
const open = 11
const webPublic = 12
const elsewhere = 13

function members(): Members {
  const all = new Members()
  all.load({
    seq: 0,
    people: new Map([
      [inside, person(400, closed, open, webPublic)],
      [outside, person(400)],
      [guest, person(600)],
      [guestInside, person(600, closed, open, webPublic, elsewhere)],
    ]),
    open: new Set([open, webPublic]),
    webPublic: new Set([webPublic]),
  })
  return all
}

const ended: Effect = { kind: 'ended', user: inside, generation: 2, active: true, credentials: null }
const moved: Effect = { kind: 'moved', user: guest, role: 400, vantage: 2, active: null }
const relocated = (from: number, channel: number, holders: ReadonlySet<number> | null): Effect => ({
  kind: 'relocated',
  from,
  channel,
  places: new Map([[1, { channel, holders }]]),
})

test.each<[string, Effect, number[]]>([
  ['an organisation that is over takes from everybody', { kind: 'over' }, users],
  ['an account that ended', ended, [inside]],
  ['an account that moved', moved, [guest]],
  ['who left', { kind: 'left', channel: closed, users: [guestInside] }, [guestInside]],
  ['whom history is withheld from', { kind: 'withheld', channel: open, users: [inside] }, [inside]],
  ['a channel that closes, all but those in it', { kind: 'closed', channel: open }, [outside, guest]],
  [
    'a channel that is not web-public any more, guests who are not in it',
    { kind: 'opened', channel: webPublic, webPublic: false },
    [guest],
  ],
  ['a channel that becomes web-public, nobody', { kind: 'opened', channel: open, webPublic: true }, []],
  ['a channel that others never knew, nobody', { kind: 'opened', channel: closed, webPublic: false }, []],
  ['messages that went where some cannot follow', relocated(closed, elsewhere, null), [inside]],
  [
    'messages that went to an open channel, guests who are not in it',
    relocated(webPublic, open, null),
    [guest],
  ],
  ['messages whose history came to some alone', relocated(closed, open, new Set([inside])), [guestInside]],
  ['who joined', { kind: 'joined', channel: closed, users: [outside] }, []],
  ['who appeared', { kind: 'appeared', user: outside }, []],
])('what is on its way is taken from those who lose the right to it: %s', (_, effect, losers) => {
  expect(users.filter(losing(effect, members()))).toEqual(losers)
})
