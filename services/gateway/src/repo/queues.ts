import { type OrgId, orgId } from '@parley/core'
import type { Granted } from '@parley/access'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'
import type { QueueSpec } from '../live/queue.ts'
import { RememberedSpecs } from './remembered-specs.ts'

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

/** Which are there, by place from 1, and what was asked for of those that were not known. */
const Found = z.object({ alive: z.array(z.int()), specs: z.record(z.string(), z.unknown()).nullable() })

/** Finds a user's queue; null where there is none, it has expired or belongs to another user. */
export type FindQueue = (org: OrgId, queueId: string, user: number) => Promise<QueueSpec | null>

interface Asking {
  readonly queueId: string
  readonly user: number
}

/** What it wants, if that was remembered, else as it is written. */
type Wanted = { readonly known: QueueSpec } | { readonly written: unknown }

interface Together {
  readonly asking: Asking[]
  readonly found: Promise<readonly (Wanted | null)[]>
}

/** More are asked for in a statement of their own. */
const mostTogether = 1000

/**
 * Queues asked for in one turn are looked for together: after an event many polls come back at once. What a queue wants
 * never changes and is remembered; whether it is still there, and whose it is, is asked each time (ADR 0056).
 */
export function createFindQueue(database: Database): FindQueue {
  const next = new Map<OrgId, Together>()
  const remembered = new RememberedSpecs()
  const read = async (org: OrgId, asking: readonly Asking[]): Promise<readonly (Wanted | null)[]> => {
    await new Promise(setImmediate)
    next.delete(org)
    const known = asking.map(({ queueId }) => remembered.get(org, queueId))
    const [row] = await database.once(
      Found,
      'SELECT alive, specs FROM gateway.find_queues($1, $2::uuid[], $3::integer[], $4::integer[])',
      [
        org,
        asking.map(({ queueId }) => queueId),
        asking.map(({ user }) => user),
        known.flatMap((spec, i) => (spec ? [] : [i + 1])),
      ],
    )
    const alive = new Set(row?.alive)
    return asking.map(({ queueId, user }, i) => {
      const spec = known[i]
      if (alive.has(i + 1)) return spec ? { known: spec } : { written: row?.specs?.[i + 1] }
      if (spec?.user === user) remembered.forget(queueId)
      return null
    })
  }
  return async (org, queueId, user) => {
    let together = next.get(org)
    if (!together || together.asking.length >= mostTogether) {
      const asking: Asking[] = []
      together = { asking, found: read(org, asking) }
      next.set(org, together)
    }
    const place = together.asking.push({ queueId, user }) - 1
    const wanted = (await together.found)[place]
    if (!wanted) return null
    // Each by who asks: one that another version wrote concerns nobody else.
    return 'known' in wanted ? wanted.known : remembered.add(wanted.written)
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
