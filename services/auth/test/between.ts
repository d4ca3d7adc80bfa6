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
  let statements = 0
  const ran = async (): Promise<void> => {
    if (++statements === n) await other()
  }
  const outcome = await watchedWrites(h, ran, async () => {
    const [settled] = await Promise.allSettled([work()])
    return settled
  })
  if (statements < n) throw new Error(`only ${statements} statements`)
  return outcome
}

/** The statements that a work's writes make, in their order. */
export async function statementsOf(h: Harness, work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = []
  const ran = async (sql: string): Promise<void> => void statements.push(sql)
  await watchedWrites(h, ran, work)
  return statements
}

/** @param ran is told of each statement, once it is done */
async function watchedWrites<R>(h: Harness, ran: Ran, work: () => Promise<R>): Promise<R> {
  const { database } = h.ctx
  Object.assign(h.ctx, { database: watching(database, ran) })
  try {
    return await work()
  } finally {
    Object.assign(h.ctx, { database })
  }
}

type Ran = (sql: string) => Promise<void>

function watching(database: Database<OrmTx>, ran: Ran): Database<OrmTx> {
  const write: Database<OrmTx>['write'] = (org, fn) => database.write(org, (tx) => fn(watched(tx, ran)))
  return new Proxy(database, { get: (target, key) => (key === 'write' ? write : bound(target, key)) })
}

function watched(tx: OrmTx, ran: Ran): OrmTx {
  const query: Tx['query'] = async (row, sql, params) => {
    const rows = await tx.query(row, sql, params)
    await ran(sql)
    return rows
  }
  const execute: Tx['execute'] = async (sql, params) => {
    const touched = await tx.execute(sql, params)
    await ran(sql)
    return touched
  }
  const own: Readonly<Record<PropertyKey, unknown>> = { query, execute }
  return new Proxy(tx, { get: (target, key) => own[key] ?? bound(target, key) })
}

function bound(target: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(target, key)
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}
