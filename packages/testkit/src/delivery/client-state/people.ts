import { UserStatus } from '@parley/api'
import { z } from 'zod'
import { count } from './channels.ts'
import { dropNamed } from './named.ts'
import { Kept, Person } from './snapshot.ts'
import { type Appliers, type ClientState, without } from './state.ts'

const personKeys = [
  'user_id',
  'email',
  'delivery_email',
  'full_name',
  'date_joined',
  'role',
  'is_owner',
  'is_admin',
  'is_guest',
  'is_bot',
  'timezone',
  'avatar_url',
  'avatar_version',
] as const
export const personOf = (person: z.infer<typeof Person>, active: boolean): Record<string, unknown> => ({
  ...Object.fromEntries(personKeys.map((key) => [key, person[key]])),
  // Of people nothing is said.
  bot_type: person['bot_type'] ?? null,
  bot_owner_id: person['bot_owner_id'] ?? null,
  active,
})

/** What clients make of a role by themselves. */
const flagsOf = (role: number): Record<string, unknown> => ({
  role,
  is_owner: role === 100,
  is_admin: role <= 200,
  is_guest: role === 600,
})

export const ofPeople: Appliers = {
  'realm_user add'(state, event) {
    const person = Person.parse(event['person'])
    if (state.people[person.user_id]) throw new Error(`user ${person.user_id} is told of twice`)
    state.people[person.user_id] = personOf(person, true)
  },
  'realm_user update'(state, event) {
    const { user_id: user, ...changed } = z.looseObject({ user_id: z.int() }).parse(event['person'])
    const known = state.people[user]
    if (!known) throw new Error(`an update of user ${user}, who is not known`)
    if (typeof changed['role'] === 'number') Object.assign(known, flagsOf(changed['role']))
    else if (typeof changed['full_name'] === 'string') known['full_name'] = changed['full_name']
    else if (typeof changed['timezone'] === 'string') known['timezone'] = changed['timezone']
    else if (typeof changed['avatar_version'] === 'number') depict(state, user, changed)
    else if (typeof changed['is_active'] === 'boolean') known['active'] = changed['is_active']
    else if (changed['delivery_email'] !== undefined) known['delivery_email'] = changed['delivery_email']
    else if (typeof changed['new_email'] === 'string') known['email'] = changed['new_email']
    else if (typeof changed['bot_owner_id'] === 'number') known['bot_owner_id'] = changed['bot_owner_id']
    else if (changed['custom_profile_field'] !== undefined) fill(state, user, changed['custom_profile_field'])
    else throw new Error('an update that this client does not know')
    if (changed['is_active'] !== false) return
    // Clients drop who left from every list by this event alone.
    dropNamed(state.realm, [user])
    for (const channel of Object.values(state.channels)) {
      dropNamed(channel.facts, [user])
      if (!channel.subscribers.includes(user)) continue
      channel.subscribers = without(channel.subscribers, [user])
      count(channel, -1)
    }
    for (const group of Object.values(state.groups)) {
      group.members = without(group.members, [user])
      dropNamed(group.facts, [user])
    }
  },
  user_status(state, event) {
    const { user_id: id, ...told } = z.looseObject({ user_id: z.int() }).parse(event)
    const set = { ...state.statuses[id], ...UserStatus.partial().loose().parse(told) }
    const { status_text, emoji_name, emoji_code, reaction_type } = set
    state.statuses[id] = {
      ...(status_text ? { status_text } : {}),
      ...(emoji_name ? { emoji_name, emoji_code, reaction_type } : {}),
    }
    if (!status_text && !emoji_name) delete state.statuses[id]
  },
  custom_profile_fields(state, event) {
    const fields = z.array(Kept).parse(event['fields'])
    state.profileFields = fields
    // What was in a field goes with it.
    const ids = new Set(fields.map(({ id }) => String(id)))
    for (const profile of Object.values(state.profiles))
      for (const id of Object.keys(profile)) if (!ids.has(id)) delete profile[id]
    state.profiles = filled(state.profiles)
  },
}

function depict(state: ClientState, user: number, changed: Readonly<Record<string, unknown>>): void {
  const { avatar_url, avatar_version } = changed
  Object.assign(state.people[user] ?? {}, { avatar_url, avatar_version })
  if (user === state.user) state.picture = pictureOf(changed)
}

/** One's own picture, as `register` and events have it. */
export const pictureOf = (told: Readonly<Record<string, unknown>>): ClientState['picture'] => ({
  url: told['avatar_url'],
  medium: told['avatar_url_medium'],
  source: told['avatar_source'],
})

export const filled = (profiles: ClientState['profiles']): ClientState['profiles'] =>
  Object.fromEntries(Object.entries(profiles).filter(([, profile]) => Object.keys(profile).length > 0))

function fill(state: ClientState, user: number, changed: unknown): void {
  const { id, ...now } = z.looseObject({ id: z.int(), value: z.string().nullable() }).parse(changed)
  const { [id]: _, ...others } = state.profiles[user] ?? {}
  state.profiles = filled({
    ...state.profiles,
    [user]: now.value === null ? others : { ...others, [id]: now },
  })
}
