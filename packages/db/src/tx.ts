import type { OrgId } from '@parley/core'
import type { z } from 'zod'

/** One open transaction in one organisation (`app.org` is set, so row-level security lets nothing else through). */
export interface Tx {
  readonly org: OrgId
  /**
   * Runs a statement and parses each row; parameters are always bound, never spliced.
   * @throws AppError UNAVAILABLE when the server is not there; the database's own error otherwise
   */
  query<R>(row: z.ZodType<R>, sql: string, params?: readonly unknown[]): Promise<R[]>
  /** Runs a statement whose rows nobody needs. @returns how many rows it touched */
  execute(sql: string, params?: readonly unknown[]): Promise<number>
  /**
   * As `query`, and the transaction ends right behind it, however long its rows are worked on: for thousands of them. Of
   * transactions that only read; absent where something stands between.
   */
  readonly last?: Tx['query']
  /**
   * As `query`, and where it succeeds COMMIT follows on the same trip, so that its locks are held no longer than it takes. Of
   * transactions that write: whatever is refused behind it is done already.
   */
  readonly lastWrite?: Tx['query']
}

/** The last statement of a transaction that only reads. */
export const lastly = <R>(tx: Tx, row: z.ZodType<R>, sql: string, params: readonly unknown[]): Promise<R[]> =>
  tx.last ? tx.last(row, sql, params) : tx.query(row, sql, params)

/** The last statement of a transaction that writes. */
export const finishing = <R>(
  tx: Tx,
  row: z.ZodType<R>,
  sql: string,
  params: readonly unknown[],
): Promise<R[]> => (tx.lastWrite ? tx.lastWrite(row, sql, params) : tx.query(row, sql, params))

/** The pool of one service, as one Postgres role. */
export interface Database<T extends Tx = Tx> extends AsyncDisposable {
  /** READ COMMITTED; commits when `fn` returns, rolls back when it throws. */
  write<R>(org: OrgId, fn: (tx: T) => Promise<R>): Promise<R>
  /** REPEATABLE READ, READ ONLY: everything `fn` reads is of one instant. */
  read<R>(org: OrgId, fn: (tx: T) => Promise<R>): Promise<R>
  /** As `read`, at the instant another transaction exported (`pg_export_snapshot`). */
  at<R>(org: OrgId, snapshot: string, fn: (tx: T) => Promise<R>): Promise<R>
  /**
   * One statement that is its own transaction, in no organisation unless a called function sets `app.org`.
   * @throws AppError UNAVAILABLE with `retryable` false where the connection was lost and nobody knows the outcome
   */
  once<R>(row: z.ZodType<R>, sql: string, params?: readonly unknown[]): Promise<R[]>
}
