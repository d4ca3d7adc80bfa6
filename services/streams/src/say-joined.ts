import { type Actor, isGuest, limitsGuests } from '@parley/access'
import { say } from '@parley/db'
import type { Acting } from './acting.ts'
import type { Coming, Moved } from './moves.ts'
import { mayTell } from './repo/brought.ts'
import { broughtText } from './rules/notice-text.ts'

/** So many at most are told by one request (Zulip API: `max_bulk_new_subscription_messages`); more, and nobody is. */
export const mostBrought = 100

/**
 * Tells people into which channels they were brought by somebody else, of those that there were before.
 * @returns is it few enough people to be told, and few enough within an hour?
 */
export async function sayJoined(
  { tx, actor, now }: Acting,
  joinings: readonly Moved<Coming>[],
  people: readonly Actor[],
  url: string,
): Promise<boolean> {
  if (people.length > mostBrought) return false
  const known = joinings.flatMap(({ move: { proof }, changed, name }) =>
    proof.action === 'channel:made'
      ? []
      : [{ proof, newcomers: new Set(changed.map((one) => one.userId)), name }],
  )
  const told = people.flatMap((person) => {
    if (person.isBot || person.userId === actor.userId) return []
    const names = known.filter(({ newcomers }) => newcomers.has(person.userId)).map(({ name }) => name)
    return names.length === 0 ? [] : [{ person, names }]
  })
  const [first] = known
  if (!first || told.length === 0) return true
  if (!(await mayTell(tx, first.proof, told.length, now))) return false
  for (const { person, names } of told) {
    // They may never have met.
    const bringer = isGuest(person) && limitsGuests(actor.realmGroups) ? null : actor.userId
    await say(tx, { to: person.userId, topic: '', content: broughtText(bringer, names), url })
  }
  return true
}
