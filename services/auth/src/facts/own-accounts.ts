import { type Actor, type Granted, role } from '@parley/access'
import { type Principal, ProfileData } from '@parley/api'
import { groupId, type OrgId, orgId, rights, userId } from '@parley/core'
import { type ActorAndRights, type Database, KeptRealmGroups } from '@parley/db'
import { z } from 'zod'
import type { AccountRow } from '../repo/users.ts'

/** Accounts that ask for themselves: who acts and what is shown come from one statement, and so from one instant. */
export interface OwnAccounts {
  /** Who acts; null where the organisation has no such account. @throws AppError UNAVAILABLE without the database */
  readonly actor: (principal: Principal) => Promise<ActorAndRights>
  /** The account that acts, as it was when `actor` read it. */
  readonly of: (granted: Granted<'self:use'>) => AccountRow & { readonly profile: ProfileData }
}

const Row = z.object({
  user_id: z.int(),
  rights: z.int(),
  email: z.string(),
  delivery_email: z.string(),
  email_address_visibility: z.int(),
  full_name: z.string(),
  role: z.literal(Object.values(role)),
  is_active: z.boolean(),
  is_bot: z.boolean(),
  bot_type: z.int().nullable(),
  bot_owner_id: z.int().nullable(),
  date_joined: z.date(),
  timezone: z.string(),
  avatar_version: z.int(),
  generation: z.int(),
  group_ids: z.array(z.int()).nullable(),
  permissions: KeptRealmGroups,
  profile: ProfileData.nullable(),
})
type Row = z.output<typeof Row>

// One statement stays short: the rest goes into the next.
const mostPerStatement = 256

/**
 * Reads those who ask at the same time together: one statement per organisation at a time, what comes meanwhile gathers
 * for the next. One organisation's wait delays no other.
 */
export function createOwnAccounts(database: Pick<Database, 'once'>): OwnAccounts {
  const waiting = new Map<OrgId, Map<number, PromiseWithResolvers<Row | null>>>()
  const rows = new WeakMap<Actor, Row>()

  const read = async (
    org: OrgId,
    asked: ReadonlyMap<number, PromiseWithResolvers<Row | null>>,
  ): Promise<void> => {
    try {
      const found = await database.once(Row, 'SELECT * FROM auth.own_accounts_v3($1, $2)', [
        org,
        [...asked.keys()],
      ])
      const byId = new Map(found.map((row) => [row.user_id, row]))
      for (const [user, { resolve }] of asked) resolve(byId.get(user) ?? null)
    } catch (error) {
      for (const { reject } of asked.values()) reject(error)
    }
  }

  const drain = async (
    org: OrgId,
    gathered: Map<number, PromiseWithResolvers<Row | null>>,
  ): Promise<void> => {
    // What was asked for in this tick shares the first statement.
    await new Promise(setImmediate)
    while (gathered.size > 0) {
      const asked = new Map([...gathered].slice(0, mostPerStatement))
      for (const user of asked.keys()) gathered.delete(user)
      await read(org, asked)
    }
    waiting.delete(org)
  }

  return {
    async actor(principal) {
      const org = orgId(principal.org)
      const gathered = waiting.get(org) ?? new Map<number, PromiseWithResolvers<Row | null>>()
      if (!waiting.has(org)) {
        waiting.set(org, gathered)
        void drain(org, gathered)
      }
      const asked = gathered.get(principal.user) ?? Promise.withResolvers<Row | null>()
      gathered.set(principal.user, asked)
      const row = await asked.promise
      if (!row) return { actor: null, rights: rights(0) }
      const actor = actorOf(org, row)
      rows.set(actor, row)
      return { actor, rights: rights(row.rights) }
    },
    of(granted) {
      const row = rows.get(granted.actor)
      if (!row) throw new Error('decided on an actor that was read elsewhere')
      return { ...accountOf(row), profile: row.profile ?? {} }
    },
  }
}

const actorOf = (org: OrgId, row: Row): Actor => ({
  orgId: org,
  userId: userId(row.user_id),
  role: row.role,
  isActive: row.is_active,
  isBot: row.is_bot,
  botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
  generation: row.generation,
  groups: new Set(row.group_ids?.map(groupId)),
  realmGroups: row.permissions,
})

const accountOf = (row: Row): AccountRow => ({
  userId: row.user_id,
  email: row.email,
  deliveryEmail: row.delivery_email,
  emailAddressVisibility: row.email_address_visibility,
  fullName: row.full_name,
  role: row.role,
  isActive: row.is_active,
  isBot: row.is_bot,
  botType: row.bot_type,
  botOwnerId: row.bot_owner_id,
  dateJoined: row.date_joined,
  timezone: row.timezone,
  avatarVersion: row.avatar_version,
  generation: row.generation,
})
