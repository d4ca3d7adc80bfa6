import { type Actor, role, type SendTarget } from '@parley/access'
import {
  channelId,
  type GroupId,
  groupId,
  type OrgId,
  orgId,
  recipientId,
  type Rights,
  rights as asRights,
  userId,
  type UserId,
} from '@parley/core'
import { ChannelGroupIds, type Database, KeptRealmGroups } from '@parley/db'
import { z } from 'zod'
import { HeldTopicsPolicy } from '../rules/topics-policy.ts'

/** What to look up for a sender: nothing but the sender, a channel, or people. */
export interface Ask {
  readonly user: UserId
  readonly channel?: number
  /** Key of a channel's name. */
  readonly name?: string
  readonly users?: readonly number[]
  /** In lower case. */
  readonly emails?: readonly string[]
}

const Role = z.union([
  z.literal(role.owner),
  z.literal(role.admin),
  z.literal(role.moderator),
  z.literal(role.member),
  z.literal(role.guest),
])

const GroupIds = z.array(z.int()).transform((ids): ReadonlySet<GroupId> => new Set(ids.map(groupId)))
const ActorFacts = z.object({
  id: z.int(),
  role: Role,
  active: z.boolean(),
  bot: z.boolean(),
  owner: z.int().nullable(),
  /** The organisation's own bot has none, as it has no credentials. */
  generation: z
    .int()
    .nullable()
    .transform((generation) => generation ?? 0),
  // Once for all sends that use these facts.
  groups: GroupIds,
  ownerGroups: GroupIds,
  permissions: KeptRealmGroups,
  /** When the sender becomes a full member, in milliseconds since the Unix epoch; null where that needs no waiting. */
  until: z.int().nullable(),
  /** What the sender wants to become of topics by itself; null for nothing, and for bots. */
  automatic: z.object({ follow: z.int(), unmute: z.int() }).nullable(),
  email: z.string(),
  name: z.string(),
  avatar: z.string(),
})
const ChannelRow = z.object({
  id: z.int(),
  recipient: z.int(),
  name: z.string(),
  private: z.boolean(),
  shared: z.boolean(),
  web: z.boolean(),
  archived: z.boolean(),
  topics: HeldTopicsPolicy,
  groups: ChannelGroupIds,
  subscribed: z.boolean(),
  ownerSubscribed: z.boolean(),
  many: z.boolean(),
})
const Person = z.object({
  id: z.int(),
  email: z.string(),
  name: z.string(),
  active: z.boolean(),
  bot: z.boolean(),
  permits: z.boolean(),
  guest: z.boolean(),
  /** Has the sender met this one? True where the sender sees everybody. */
  met: z.boolean(),
})

const Facts = z.object({
  /** The organisation's subdomain. */
  realm: z.string(),
  /** The version of its linkifiers; 0 where it never had any. */
  linkifiers: z.int(),
  /** Code points of a message and of a topic. */
  longest: z.object({ content: z.int(), topic: z.int() }),
  actor: z.union([ActorFacts, z.object({ id: z.null() }).transform(() => null)]),
  channel: ChannelRow.nullable(),
  /** The people found, the sender among them, in ascending order; null where none were asked for. */
  people: z.array(Person).nullable(),
  /** Has the conversation of these people a message? Told only where not everybody may begin one. */
  begun: z.boolean(),
  /** Does anybody in the organisation follow topics where they are mentioned? */
  followsMentions: z.boolean(),
})
export type Facts = z.output<typeof Facts>

const Row = z.object({ i: z.int(), rights: z.int(), facts: Facts, hash: z.string() })

/** What was found for one ask, the rights it is valid under, and the digest that tells whether it has changed. */
export interface Found {
  readonly facts: Facts
  readonly rights: Rights
  readonly hash: string
}

/**
 * Answers many asks of one organisation in one statement, in their order; none where there is no such organisation.
 * @throws AppError UNAVAILABLE when the server is not there
 */
export async function loadSendFacts(
  database: Pick<Database, 'once'>,
  org: OrgId,
  asks: readonly Ask[],
): Promise<(Found | undefined)[]> {
  const rows = await database.once(Row, 'SELECT * FROM messaging.send_facts($1, $2)', [
    org,
    JSON.stringify(asks.map((ask, i) => ({ i, ...ask }))),
  ])
  const found: (Found | undefined)[] = asks.map(() => undefined)
  for (const { i, rights, facts, hash } of rows) found[i] = { facts, rights: asRights(rights), hash }
  return found
}

/** The actor as the rules see one; null where the organisation has no such user. */
export function actorOf(org: OrgId, { actor }: Facts): Actor | null {
  return (
    actor && {
      orgId: orgId(org),
      userId: userId(actor.id),
      role: actor.role,
      isActive: actor.active,
      isBot: actor.bot,
      botOwnerId: actor.owner === null ? null : userId(actor.owner),
      generation: actor.generation,
      groups: actor.groups,
      realmGroups: actor.permissions,
    }
  )
}

/** What the rules see of the target; null where the channel does not exist or somebody asked for is missing. */
export function targetOf(org: OrgId, { actor, channel, people, begun }: Facts): SendTarget | null {
  if (people !== null)
    return {
      kind: 'direct',
      direct: {
        orgId: org,
        recipientId: null,
        participants: people.map(({ id, active, bot, permits, met }) => ({
          userId: userId(id),
          isActive: active,
          isBot: bot,
          permits,
          met,
        })),
        begun,
      },
    }
  if (channel === null) return null
  return {
    kind: 'channel',
    ownerSubscribed: channel.ownerSubscribed,
    ownerGroups: actor?.ownerGroups ?? new Set(),
    channel: {
      orgId: org,
      channelId: channelId(channel.id),
      recipientId: recipientId(channel.recipient),
      inviteOnly: channel.private,
      historyPublicToSubscribers: channel.shared,
      isWebPublic: channel.web,
      archived: channel.archived,
      subscribed: channel.subscribed,
      groups: channel.groups,
    },
  }
}
