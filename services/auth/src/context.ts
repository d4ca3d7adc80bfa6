import type { Clock, Ids } from '@parley/core'
import type { Database, OrmTx } from '@parley/db'
import type { AfterCommit, TurnsOf } from '@parley/kit'
import type { Renderer } from '@parley/markdown'
import type { Hasher } from './passwords/hasher.ts'
import type { Mailer } from './mail/mailer.ts'
import type { OwnAccounts } from './facts/own-accounts.ts'

/** What every route and call of this service works with. */
export interface AuthContext {
  readonly database: Database<OrmTx>
  readonly afterCommit: AfterCommit
  readonly clock: Clock
  readonly ids: Ids
  readonly hasher: Hasher
  readonly own: OwnAccounts
  /** Null where this installation sends no mail. */
  readonly mailer: Mailer | null
  /** Does the server let there be web-public channels? */
  readonly webPublic: boolean
  /** Where those wait without a connection who take the organisation's turn. */
  readonly turns: TurnsOf
  readonly renderer: Renderer
}

/** The wall clock as the database and the presenters take it. */
export const now = (clock: Clock): Date => new Date(clock.now())
