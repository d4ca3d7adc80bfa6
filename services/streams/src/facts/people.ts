import { type Actor, type ChannelGroups, noRealmGroups, role } from '@parley/access'
import { groupId, orgId, userId } from '@parley/core'
import { prepared, sightSql, type Tx } from '@parley/db'
import { z } from 'zod'

const Role = z.union([
  z.literal(role.owner),
  z.literal(role.admin),
  z.literal(role.moderator),
  z.literal(role.member),
  z.literal(role.guest),
])
const Row = z.object({
  org_id: z.int(),
  user_id: z.int(),
  role: Role,
  is_active: z.boolean(),
  is_bot: z.boolean(),
  bot_owner_id: z.int().nullable(),
  generation: z.int(),
  group_ids: z.array(z.int()).nullable(),
})

/** A query for rows of accounts `a` under this condition, with their groups; the organisation is $1. */
const peopleWhere = (condition: string): string =>
  prepared(`WITH people AS MATERIALIZED (
     SELECT a.org_id, a.user_id, a.role, a.is_active, a.is_bot, a.bot_owner_id, a.generation
     FROM auth.v1_actors a WHERE a.org_id = $1 AND ${condition})
   SELECT p.*, g.group_ids
   FROM people p LEFT JOIN auth.v1_groups_of($1, ARRAY(SELECT user_id FROM people)) g USING (user_id)
   ORDER BY p.user_id`)

const person = (row: z.infer<typeof Row>): Actor => ({
  orgId: orgId(row.org_id),
  userId: userId(row.user_id),
  role: row.role,
  isActive: row.is_active,
  isBot: row.is_bot,
  botOwnerId: row.bot_owner_id === null ? null : userId(row.bot_owner_id),
  generation: row.generation,
  groups: new Set(row.group_ids?.map(groupId)),
  // They are acted on, and do nothing here.
  realmGroups: noRealmGroups,
})

/**
 * Active accounts named by id or by the e-mail others see of them, in the order of their ids.
 * @returns null where one of them does not exist or `asker` does not see them
 */
export async function findPeople(
  tx: Tx,
  asker: Actor,
  named: readonly (number | string)[],
): Promise<Actor[] | null> {
  const ids = [...new Set(named.filter((n) => typeof n === 'number'))]
  const emails = [
    ...new Set(named.filter((n) => typeof n === 'string').map((email) => email.trim().toLowerCase())),
  ]
  // Postgres takes neither, and no address has them.
  if (emails.some((email) => email.includes('\0') || !email.isWellFormed())) return null
  const rows = await tx.query(
    Row,
    peopleWhere(`a.is_active AND ${sightSql(asker, 'a', '$4')} AND a.user_id IN (
       SELECT unnest($2::bigint[])
       UNION
       SELECT p.user_id FROM auth.v1_people p WHERE p.org_id = $1 AND p.shown_key = ANY ($3::text[]))`),
    [tx.org, ids, emails, asker.userId],
  )
  return rows.length === ids.length + emails.length ? rows.map(person) : null
}

/** The same for whom a request may name: who asks where it names nobody. */
export const findPrincipals = async (
  tx: Tx,
  asker: Actor,
  named: readonly (number | string)[] = [],
): Promise<Actor[] | null> => (named.length === 0 ? [asker] : findPeople(tx, asker, named))

/** Ids of the active accounts: of members, who may know of every public channel, and of guests. */
export async function findAccounts(
  tx: Tx,
  { members, guests }: { readonly members: boolean; readonly guests: boolean },
): Promise<number[]> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    `SELECT user_id FROM auth.v1_actors
     WHERE org_id = $1 AND is_active AND CASE WHEN role < $2 THEN $3::boolean ELSE $4::boolean END ORDER BY user_id`,
    [tx.org, role.guest, members, guests],
  )
  return rows.map((row) => row.user_id)
}

/**
 * Active people who may know of a private channel without being in it: administrators, and those whom its permissions
 * say it to. Never guests, nor whoever the log does not call a full member yet: whoever is told of a channel knew of it
 * when they registered.
 */
export async function findOverseers(tx: Tx, groups: ChannelGroups): Promise<Actor[]> {
  const telling = [
    groups.can_add_subscribers_group,
    groups.can_administer_channel_group,
    groups.can_subscribe_group,
  ]
  const rows = await tx.query(
    Row,
    peopleWhere(
      'a.is_active AND a.role < $4 AND (a.role <= $2 OR a.user_id IN (SELECT auth.v1_members_of($1, $3, NULL)))',
    ),
    [tx.org, role.admin, telling, role.guest],
  )
  return rows.map(person)
}

/** Is there an account of that id, in use or not, that `asker` sees? */
export async function isPerson(tx: Tx, asker: Actor, id: number): Promise<boolean> {
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    `SELECT a.user_id FROM auth.v1_actors a
      WHERE a.org_id = $1 AND a.user_id = $2::bigint AND ${sightSql(asker, 'a', '$3')}`,
    [tx.org, id, asker.userId],
  )
  return rows.length > 0
}
