import { AppError, internal, type OrgId } from '@parley/core'
import type { Pool, PoolClient, QueryResult } from 'pg'
import type { z } from 'zod'
import { createPool, type PgPoolOptions } from './connection.ts'
import { maybeCommitted, rolledBack } from './failures.ts'
import { freshFrom } from './fresh.ts'
import { prepared, preparedName } from './prepared.ts'
import { sqlSpan } from './span.ts'
import type { Database, Tx } from './tx.ts'

/** The pool of one service over `pg`. */
export function createPgDatabase(options: PgPoolOptions): Database {
  return databaseOver(createPool(options), (_client, tx, fn) => fn(tx))
}

/** How a transaction's work is run on its connection; the ORM's database wraps it. */
export type Within<T extends Tx> = <R>(
  client: PoolClient,
  tx: OpenTx,
  fn: (tx: T) => Promise<R>,
) => Promise<R>

/** A database whose transactions are opened, ended and guarded here, whatever works inside them. */
export function databaseOver<T extends Tx>(
  pool: Pool,
  within: Within<T>,
  dispose: () => Promise<void> = async () => {},
): Database<T> {
  const connections = freshFrom(pool)
  const transaction = <R>(org: OrgId, begin: string, fn: (tx: T) => Promise<R>): Promise<R> =>
    connections.onFresh(() => attempt(org, begin, fn))
  const attempt = async <R>(org: OrgId, begin: string, fn: (tx: T) => Promise<R>): Promise<R> => {
    const client = await connections.connect()
    // Not awaited: the first statement follows it on the same trip.
    const begun = client.query(`${begin}; SET LOCAL app.org = '${Number(org)}'`)
    begun.catch(() => {})
    const tx = openTx(client, org, begin.endsWith(readOnly))
    let result: R
    try {
      result = await within(client, tx, fn)
      await begun
    } catch (error) {
      tx.end()
      // Where BEGIN itself failed, every later error only says so.
      const first: unknown = await begun.then(
        () => error,
        (cause: unknown) => cause,
      )
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      )
      throw tx.ended() && !tx.last ? maybeCommitted(first) : rolledBack(first)
    }
    tx.end()
    const done = await (tx.ended() ?? client.query('COMMIT')).catch((error: unknown) => {
      client.release(true)
      throw maybeCommitted(error)
    })
    client.release()
    if (done.command !== 'COMMIT') throw internal(new Error('an error inside the transaction was swallowed'))
    return result
  }
  return {
    write: (org, fn) => transaction(org, 'BEGIN', fn),
    read: (org, fn) => transaction(org, readOnly, fn),
    at(org, snapshot, fn) {
      if (!/^[0-9A-F-]{1,40}$/i.test(snapshot)) throw new TypeError('not a snapshot id')
      const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '${snapshot}'`
      return transaction(org, begin, fn)
    },
    once: (row, sql, params = []) =>
      connections.onFresh(async () => {
        const client = await connections.connect()
        try {
          const query = { name: preparedName(prepared(sql)), text: sql, values: [...params] }
          const result = await sqlSpan(sql, () => client.query(query))
          client.release()
          return parseRows(row, result)
        } catch (error) {
          client.release(!(error instanceof Error && 'severity' in error && error.severity === 'ERROR'))
          throw maybeCommitted(error)
        }
      }),
    async [Symbol.asyncDispose]() {
      await dispose()
      await pool.end()
    },
  }
}

/** A parameter as it is bound. Of a list of numbers its text: the driver would quote each as if it could hold anything. */
const bound = (param: unknown): unknown =>
  Array.isArray(param) && param.every((one) => typeof one === 'number') ? `{${param.join(',')}}` : param

const readOnly = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

export interface OpenTx extends Tx {
  end(): void
  /** The answer to its COMMIT, where that was sent already. */
  ended(): Promise<QueryResult> | null
}

function openTx(client: PoolClient, org: OrgId, reads: boolean): OpenTx {
  let open = true
  let ended: Promise<QueryResult> | null = null
  const run = async (sql: string, params: readonly unknown[]): Promise<QueryResult> => {
    if (!open)
      throw new AppError('INTERNAL', 'Internal server error', { cause: new Error('transaction is over') })
    const query = { name: preparedName(sql), text: sql, values: params.map(bound) }
    return sqlSpan(sql, () => client.query(query))
  }
  const last: Tx['query'] = async (row, sql, params = []) => {
    const result = run(sql, params)
    // A second one is refused, and the answer to the first COMMIT is the one that counts.
    if (open) {
      open = false
      ended = client.query('COMMIT')
      ended.catch(() => {})
    }
    return parseRows(row, await result)
  }
  return {
    org,
    query: async (row, sql, params = []) => parseRows(row, await run(sql, params)),
    ...(reads ? { last } : { lastWrite: last }),
    execute: async (sql, params = []) => (await run(sql, params)).rowCount ?? 0,
    end() {
      open = false
    },
    ended: () => ended,
  }
}

function parseRows<R>(row: z.ZodType<R>, result: QueryResult): R[] {
  return result.rows.map((value) => row.parse(value))
}
