import type { Seeded } from '../../../testkit/src/delivery/seeded.ts'
import {
  type Channel,
  type ChannelPermission,
  channelPermissions,
  type Group,
  groupPermissions,
  type Kind,
  type Message,
  type Organisation,
  type Person,
  realmPermissions,
  type RoleNumber,
  systemGroup,
} from './organisation.ts'

const sizes = { people: 100, groups: 12, channels: 60, messages: 240 }
const now = 1_767_312_000
const day = 86_400

const allRoles: readonly [RoleNumber, ...RoleNumber[]] = [400, 400, 400, 600, 600, 300, 200, 100]
const kinds: readonly [Kind, ...Kind[]] = [
  { private: false, sharedHistory: true, webPublic: false },
  { private: true, sharedHistory: true, webPublic: false },
  { private: true, sharedHistory: false, webPublic: false },
  { private: false, sharedHistory: true, webPublic: true },
]
const allSystem = Object.values(systemGroup)

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const one = <T>(random: Seeded, list: readonly T[], otherwise: T): T =>
  list[random.below(Math.max(1, list.length))] ?? otherwise
const some = <T>(random: Seeded, list: readonly T[], outOf: number): T[] =>
  list.filter(() => random.below(outOf) === 0)

function somePeople(random: Seeded): Map<number, Person> {
  const people = new Map<number, Person>()
  for (const id of count(sizes.people)) {
    const owners = [...people.values()].filter((p) => p.bot === null && p.role < 600)
    const owner = id > 20 && random.below(5) === 0 ? one(random, owners, undefined) : undefined
    const role = id === 1 ? 100 : random.pick(allRoles)
    people.set(id, {
      id,
      // No bot stands above its owner.
      role: owner && role < owner.role ? owner.role : role,
      active: id === 1 || (random.below(12) > 0 && owner?.active !== false),
      joined: now - random.below(20) * day,
      bot: owner ? { type: random.pick([1, 1, 2]), owner: owner.id } : null,
      createsUsers: random.below(6) === 0,
    })
  }
  return people
}

function someGroups(random: Seeded, people: readonly number[]): Map<number, Group> {
  const groups = new Map<number, Group>()
  for (const n of count(sizes.groups)) {
    const id = 100 + n
    const any = (): number => one(random, [...allSystem, ...groups.keys()], systemGroup.nobody)
    groups.set(id, {
      id,
      members: some(random, people, 15),
      // Only what is there already, so that there is no cycle.
      subgroups: [...some(random, [...groups.keys()], 3), ...some(random, allSystem.slice(4, 7), 6)],
      deactivated: random.below(6) === 0,
      permissions: named(groupPermissions, any),
    })
  }
  return groups
}

/** Each of these names with something of its own. */
function named<N extends string>(names: readonly N[], make: () => number): Record<N, number> {
  const made: Partial<Record<N, number>> = {}
  for (const name of names) made[name] = make()
  return made as Record<N, number>
}

function someChannels(random: Seeded, people: readonly number[], group: () => number): Map<number, Channel> {
  return new Map(
    count(sizes.channels).map((id) => [
      id,
      {
        id,
        ...random.pick(kinds),
        archived: random.below(8) === 0,
        subscribers: new Set(some(random, people, 2 + random.below(8))),
        permissions: named(channelPermissions, () =>
          random.below(2) === 0 ? group() : one(random, [systemGroup.everyone, systemGroup.nobody], 8),
        ),
      },
    ]),
  )
}

function someMessages(
  random: Seeded,
  people: readonly number[],
  channels: readonly Channel[],
): Map<number, Message> {
  return new Map(
    count(sizes.messages).map((id) => {
      const sender = one(random, people, 1)
      const channel = random.below(4) === 0 ? null : one(random, channels, undefined)
      const rows = channel
        ? [...some(random, people, 6), ...some(random, [...channel.subscribers], 2)]
        : [sender, ...some(random, people, 40)]
      const age = random.pick([0, 300, 600, 601, 620, 621, 700, 2 * day, 7 * day, 7 * day + 21, 30 * day])
      return [id, { id, sender, sentAt: now - age, channel: channel?.id ?? null, rows: new Set(rows) }]
    }),
  )
}

/** An organisation with everything in it that the rules speak of. */
export function someOrganisation(random: Seeded): Organisation {
  const people = somePeople(random)
  const ids = [...people.keys()]
  const groups = someGroups(random, ids)
  const group = (): number => one(random, [...allSystem, ...groups.keys()], systemGroup.nobody)
  const channels = someChannels(random, ids, group)
  const limit = (): number | null => random.pick([null, 600, 600, 7 * day])
  return {
    now,
    people,
    groups,
    channels,
    messages: someMessages(random, ids, [...channels.values()]),
    realm: {
      permissions: {
        ...named(realmPermissions, group),
        can_access_all_users_group: random.pick([systemGroup.everyone, systemGroup.members]),
      },
      waitingDays: random.pick([0, 3, 10]),
      spectators: random.below(3) > 0,
      allowEditing: random.below(5) > 0,
      editLimit: limit(),
      deleteLimit: limit(),
      moveWithinLimit: limit(),
      moveBetweenLimit: limit(),
      emailsRestricted: random.below(3) === 0,
      domains: ['one.example', ...some(random, ['two.example', 'throwaway.test'], 2)].map((domain) => ({
        domain,
        subdomains: random.below(2) === 0,
      })),
      disposableRefused: random.below(2) === 0,
      inviteRequired: random.below(2) === 0,
      avatarsFixed: random.below(2) === 0,
    },
  }
}

export const someKind = (random: Seeded): Kind => random.pick(kinds)
export const somePermissions = (random: Seeded): ChannelPermission[] => some(random, channelPermissions, 5)
