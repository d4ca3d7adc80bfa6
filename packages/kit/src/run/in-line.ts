import type { Database, Tx } from '@parley/db'
import type { Waiting } from './line.ts'
import type { TurnsOf } from './turns-of.ts'

type Writable<T extends Tx> = Pick<Database<T>, 'read' | 'write'>

/**
 * A database whose writes wait for their turn without a connection: those that take the organisation's turn first.
 * @param turns absent where each waits in Postgres, with its connection
 */
export const inLine = <T extends Tx>(
  database: Writable<T>,
  turns: TurnsOf | undefined,
  waiting: Waiting,
): Writable<T> => ({
  read: (...work) => database.read(...work),
  write: (org, fn) =>
    turns ? turns.take(org, waiting, () => database.write(org, fn)) : database.write(org, fn),
})
