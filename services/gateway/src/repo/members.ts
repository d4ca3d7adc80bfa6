import { role } from '@parley/access'
import { orgId, userId } from '@parley/core'
import { type Database, KeptRealmGroups, readSight, type Sight } from '@parley/db'
import { readHead } from '@parley/events'
import { z } from 'zod'
import type { Loaded } from '../live/members.ts'
import type { Person } from '../live/person.ts'

const PersonRow = z.object({
  user_id: z.int(),
  role: z.literal(Object.values(role)),
  is_active: z.boolean(),
  generation: z.int(),
  vantage: z.int(),
  channels: z.array(z.int()),
  realmGroups: KeptRealmGroups,
})

/** Reads users, their channels and the channels open to all, with the place in the log that they are true at. */
export function loadMembers(database: Database, org: number, users: readonly number[]): Promise<Loaded> {
  return database.read(orgId(org), async (tx) => {
    const [head, people, open] = await Promise.all([
      readHead(tx),
      tx.query(
        PersonRow,
        `SELECT a.user_id, a.role, a.is_active, a.generation, a.vantage, p.permissions AS "realmGroups", ARRAY(
           SELECT s.channel_id FROM streams.v1_subscriptions s
           WHERE s.org_id = a.org_id AND s.user_id = a.user_id) AS channels
         FROM auth.v1_actors a LEFT JOIN auth.v1_permissions p ON p.org_id = a.org_id
         WHERE a.org_id = $1 AND a.user_id = ANY ($2::int[])`,
        [org, users],
      ),
      tx.query(
        z.object({ channel_id: z.int(), is_web_public: z.boolean() }),
        'SELECT channel_id, is_web_public FROM streams.v1_channels WHERE org_id = $1 AND NOT invite_only',
        [org],
      ),
    ])
    const loaded = new Map<number, Person>()
    for (const row of people)
      loaded.set(row.user_id, personOf(row, await readSight(tx, { ...row, userId: userId(row.user_id) })))
    return {
      seq: head?.seq ?? 0,
      people: loaded,
      open: new Set(open.map((row) => row.channel_id)),
      webPublic: new Set(open.flatMap((row) => (row.is_web_public ? [row.channel_id] : []))),
    }
  })
}

const personOf = (row: z.output<typeof PersonRow>, sees: Sight): Person => ({
  role: row.role,
  active: row.is_active,
  generation: row.generation,
  vantage: row.vantage,
  channels: new Set(row.channels),
  sees,
})
