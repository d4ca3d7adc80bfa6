import { type OrgId, orgId } from '@parley/core'
import type { Granted } from '@parley/access'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'
import { QueueSpec } from '../live/queue.ts'

const mostPerUser = 200

/** Keeps a new queue of the actor's; of a user with too many those go that nobody has wanted for longest. */
export async function insertQueue(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  given: Omit<QueueSpec, 'user'>,
): Promise<void> {
  const spec: QueueSpec = { ...given, user: actor.userId }
  await tx.execute(
    `DELETE FROM gateway.queues WHERE org_id = $1 AND queue_id IN (
       SELECT queue_id FROM gateway.queues WHERE org_id = $1 AND user_id = $2
       ORDER BY expires_at - make_interval(secs => lifespan) DESC OFFSET $3)`,
    [tx.org, spec.user, mostPerUser - 1],
  )
  await tx.execute(
    `INSERT INTO gateway.queues (org_id, queue_id, user_id, start, position, spec, lifespan, expires_at)
     VALUES ($1, $2, $3, $4, $4, $5, $6::int, clock_timestamp() + make_interval(secs => $6::int))`,
    [tx.org, spec.queueId, spec.user, spec.start, JSON.stringify(spec), spec.lifespan],
  )
}

const Row = z.object({ queue_id: z.string(), user_id: z.int(), spec: z.unknown() })

/** Finds a user's queue; null where there is none, it has expired or belongs to another user. */
export type FindQueue = (org: OrgId, queueId: string, user: number) => Promise<QueueSpec | null>

interface Together {
  readonly ids: Set<string>
  readonly found: Promise<ReadonlyMap<string, z.infer<typeof Row>>>
}

/** Queues asked for in one turn are read together: after an event many polls come back at once. */
export function createFindQueue(database: Database): FindQueue {
  const next = new Map<OrgId, Together>()
  const read = async (org: OrgId, ids: ReadonlySet<string>): Promise<Map<string, z.infer<typeof Row>>> => {
    await new Promise(setImmediate)
    next.delete(org)
    const rows = await database.read(org, (tx) =>
      tx.query(
        Row,
        `SELECT queue_id, user_id, spec FROM gateway.queues
         WHERE org_id = $1 AND queue_id = ANY ($2::uuid[]) AND expires_at > clock_timestamp()`,
        [org, [...ids]],
      ),
    )
    return new Map(rows.map((row) => [row.queue_id, row]))
  }
  return async (org, queueId, user) => {
    let together = next.get(org)
    if (!together) {
      const ids = new Set<string>()
      together = { ids, found: read(org, ids) }
      next.set(org, together)
    }
    together.ids.add(queueId)
    const row = (await together.found).get(queueId)
    return row?.user_id === user ? QueueSpec.parse(row.spec) : null
  }
}

/** Deletes a queue of the actor's. @returns whether there was such a queue */
export async function deleteQueue(tx: Tx, { actor }: Granted<'self:use'>, queueId: string): Promise<boolean> {
  const gone = await tx.execute(
    `DELETE FROM gateway.queues
     WHERE org_id = $1 AND queue_id = $2 AND user_id = $3 AND expires_at > clock_timestamp()`,
    [tx.org, queueId, actor.userId],
  )
  return gone > 0
}

/**
 * Saves how far queues are acknowledged, and that somebody wants them.
 * @returns those of them that are no more
 */
export async function touchQueues(
  database: Database,
  org: number,
  positions: ReadonlyMap<string, number>,
): Promise<string[]> {
  const alive = await database.write(orgId(org), (tx) =>
    tx.query(
      z.object({ queue_id: z.string() }),
      `UPDATE gateway.queues q
       SET position = greatest(q.position, t.position),
         expires_at = clock_timestamp() + make_interval(secs => q.lifespan)
       FROM unnest($2::uuid[], $3::bigint[]) AS t (queue_id, position)
       WHERE q.org_id = $1 AND q.queue_id = t.queue_id AND q.expires_at > clock_timestamp()
       RETURNING q.queue_id`,
      [org, [...positions.keys()], [...positions.values()]],
    ),
  )
  const ids = new Set(alive.map((row) => row.queue_id))
  return [...positions.keys()].filter((id) => !ids.has(id))
}

/** Deletes some queues that nobody polls any more. @returns how many */
export async function sweepQueues(database: Database): Promise<number> {
  const [row] = await database.once(z.object({ n: z.int() }), 'SELECT gateway.sweep_queues(1000) AS n')
  return row?.n ?? 0
}
