import type { Tx } from '@parley/db'

/** Shorter than Postgres leaves a transaction idle. */
const stirMs = 1000

/** Keeps a transaction from being ended as idle while others read at its snapshot. */
export async function stirring<R>(
  tx: Pick<Tx, 'execute'>,
  work: () => Promise<R>,
  everyMs = stirMs,
): Promise<R> {
  const timer = setInterval(() => {
    // Where it fails, the transaction fails with it.
    tx.execute('SELECT 1').catch(() => {})
  }, everyMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
