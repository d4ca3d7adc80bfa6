import { AsyncLocalStorage } from 'node:async_hooks'
import { internal } from '@parley/core'
import { Pool, type PoolClient } from 'pg'
import { createPool, type PgPoolOptions } from './connection.ts'
import { passing, stalePlan } from './failures.ts'
import type { Prisma } from './generated/client.ts'
import { databaseOver, type OpenTx } from './pg-database.ts'
import { sqlSpan } from './span.ts'
import type { Database, Tx } from './tx.ts'

/** A transaction with Prisma's client beside plain SQL: both work on the same connection. */
export interface OrmTx extends Tx {
  readonly orm: Prisma.TransactionClient
}

/** The connection of the transaction that runs now, and the server's first answer that failed in it. */
interface Borrowed {
  readonly client: PoolClient
  readonly tx: OpenTx
  failure: unknown
}

// Longer than any statement may take: the server's limits end a transaction, never Prisma's.
const neverMs = 60_000

/**
 * The pool of one service over `pg`, with Prisma inside the transactions. Transactions are opened and ended as those of
 * `createPgDatabase`; Prisma is lent the connection and its own BEGIN and COMMIT are left out, so it cannot be used
 * outside a transaction.
 */
export async function createOrmDatabase(options: PgPoolOptions): Promise<Database<OrmTx>> {
  // Loaded here, so that services without it neither load nor need the generated client.
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
    import('./generated/client.ts'),
    import('@prisma/adapter-pg'),
  ])
  const current = new AsyncLocalStorage<Borrowed>()
  const prisma = new PrismaClient({ adapter: new PrismaPg(lendingPool(current)) })
  return databaseOver<OrmTx>(
    createPool(options),
    async (client, tx, fn) => {
      const borrowed: Borrowed = { client, tx, failure: undefined }
      try {
        return await current.run(borrowed, () =>
          prisma.$transaction((orm) => fn({ ...tx, orm }), { maxWait: neverMs, timeout: neverMs }),
        )
      } catch (error) {
        // Prisma's words for a lost connection are many; the server's own are known.
        throw passing(borrowed.failure) || stalePlan(borrowed.failure) ? borrowed.failure : error
      }
    },
    () => prisma.$disconnect(),
  )
}

const outside = (): never => {
  throw internal(new Error('Prisma outside a transaction'))
}

/** What Prisma takes for a pool: it hands out the connection of the transaction it is called in. */
function lendingPool(current: AsyncLocalStorage<Borrowed>): Pool {
  class LendingPool extends Pool {
    override connect(): Promise<PoolClient> {
      return Promise.resolve(lent(current.getStore() ?? outside()))
    }

    override query(): never {
      return outside()
    }
  }
  return new LendingPool()
}

const empty = { command: '', rowCount: 0, oid: 0, rows: [], fields: [] }
const ownWords = /^(BEGIN|COMMIT|ROLLBACK|SET TRANSACTION\b.*)$/

function lent(borrowed: Borrowed): PoolClient {
  const { client } = borrowed
  const lending = {
    async query(config: { text: string; values?: unknown[] }): Promise<unknown> {
      if (ownWords.test(config.text)) return empty
      // Behind its last statement there is no organisation any more.
      if (borrowed.tx.ended()) throw internal(new Error('transaction is over'))
      try {
        return await sqlSpan(config.text, () => client.query(config))
      } catch (error) {
        borrowed.failure ??= error
        throw error
      }
    },
    release() {},
    on: () => lending,
    removeListener: () => lending,
  }
  // The adapter calls these four only; anything else fails loudly.
  return lending as unknown as PoolClient
}
