import { type OrgId, unavailable } from '@parley/core'
import type { Database, Tx } from '@parley/db'

/** A transaction that knows which it is. */
export interface FakeTx extends Tx {
  readonly kind: 'read' | 'write'
  readonly number: number
}

/** What the one statement of the runner finds; null for no such organisation. */
export interface FakeActor {
  readonly user_id: number | null
  readonly role: number | null
  readonly is_active: boolean | null
  readonly generation: number | null
  readonly rights: number
}

/** A database that answers only the runner's own statement; it counts what was committed and rolled back. */
export interface FakeDatabase extends Database<FakeTx> {
  actor: FakeActor | null
  /** What the server says of `max_connections`; null where it is not there. */
  most: number | null
  readonly begun: string[]
  readonly ended: string[]
  /** By number of the transaction: whether it asked who acts, and what it executed before and after. */
  readonly statements: [number, 'asked' | 'executed'][]
}

export function fakeDatabase(): FakeDatabase {
  const run = async <R>(kind: FakeTx['kind'], org: OrgId, fn: (tx: FakeTx) => Promise<R>): Promise<R> => {
    const number = database.begun.push(kind)
    const tx: FakeTx = {
      org,
      kind,
      number,
      query: async (row) => {
        database.statements.push([number, 'asked'])
        return database.actor
          ? [
              row.parse({
                org_id: org,
                is_bot: false,
                bot_owner_id: null,
                group_ids: null,
                permissions: null,
                ...database.actor,
              }),
            ]
          : []
      },
      execute: async () => {
        database.statements.push([number, 'executed'])
        return 0
      },
    }
    try {
      const result = await fn(tx)
      database.ended.push('commit')
      return result
    } catch (error) {
      database.ended.push('rollback')
      throw error
    }
  }
  const database: FakeDatabase = {
    actor: { user_id: 30, role: 400, is_active: true, generation: 4, rights: 7 },
    most: 100,
    begun: [],
    ended: [],
    statements: [],
    write: (org, fn) => run('write', org, fn),
    read: (org, fn) => run('read', org, fn),
    at: (org, _snapshot, fn) => run('read', org, fn),
    once: async (row) => {
      if (database.most === null) throw unavailable()
      return [row.parse({ most: String(database.most) })]
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return database
}
