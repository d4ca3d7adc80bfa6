import { isGuestRole } from '@parley/access'
import type { Effect } from './effect.ts'
import type { Members } from './members.ts'
import { hears } from './whereabouts.ts'

/** Whom an effect takes something from that may be on its way to them. Asked before it is applied to the members. */
export function losing(effect: Effect, members: Members): (user: number) => boolean {
  // Messages that went to the same people stand at one and the same place.
  const places = effect.kind === 'relocated' ? [...new Set(effect.places.values())] : []
  return (user) => {
    switch (effect.kind) {
      case 'over':
        return true
      case 'ended':
      case 'moved':
        return effect.user === user
      case 'left':
      case 'withheld':
        return effect.users.includes(user)
      case 'relocated': {
        const heard = members.of(effect.from).has(user) || members.open.has(effect.from)
        const person = members.get(user)
        return heard && !(person && places.every((place) => hears(place, user, person, members.open)))
      }
      case 'closed':
        return !members.of(effect.channel).has(user)
      case 'opened': {
        // It is applied only then: who may know of it still is asked of what was before.
        const role = members.get(user)?.role
        const knew = role !== undefined && isGuestRole(role) && members.openTo(role).has(effect.channel)
        return knew && !effect.webPublic && !members.of(effect.channel).has(user)
      }
      default:
        return false
    }
  }
}
