import type { Database, OrmTx, Tx } from '@parley/db'
import type { Harness } from './harness.ts'

/**
 * Does `work`, and behind the nth statement (from 1) of its first write something else, as another process would that came
 * in between.
 * @returns what became of the work, once both are over
 */
export async function between<R>(
  h: Harness,
  n: number,
  other: () => Promise<unknown>,
  work: () => Promise<R>,
): Promise<PromiseSettledResult<R>> {
  const { database } = h.ctx
  let statements = 0
  const counted = async <A>(ran: Promise<A>): Promise<A> => {
    const rows = await ran
    if (++statements === n) await other()
    return rows
  }
  Object.assign(h.ctx, { database: watching(database, counted) })
  try {
    const [outcome] = await Promise.allSettled([work()])
    if (statements < n) throw new Error(`only ${statements} statements`)
    return outcome
  } finally {
    Object.assign(h.ctx, { database })
  }
}

type Counted = <A>(ran: Promise<A>) => Promise<A>

function watching(database: Database<OrmTx>, counted: Counted): Database<OrmTx> {
  const write: Database<OrmTx>['write'] = (org, fn) => database.write(org, (tx) => fn(watched(tx, counted)))
  return new Proxy(database, { get: (target, key) => (key === 'write' ? write : bound(target, key)) })
}

function watched(tx: OrmTx, counted: Counted): OrmTx {
  const query: Tx['query'] = (row, sql, params) => counted(tx.query(row, sql, params))
  const execute: Tx['execute'] = (sql, params) => counted(tx.execute(sql, params))
  const own: Readonly<Record<PropertyKey, unknown>> = { query, execute }
  return new Proxy(tx, { get: (target, key) => own[key] ?? bound(target, key) })
}

function bound(target: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, key)
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}
