import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { type Moved, raiseForNewcomer } from './vantage.ts'

const Joined = z.object({ channel_id: z.int(), creator_id: z.int().nullable(), guests: z.boolean() })
/** A public channel that an account came into; `guests`: are there any in it, who follow its list? */
export type Joined = z.output<typeof Joined>

/** What a new account comes into, and the guests who come to see it by that. */
export interface JoinedDefaults {
  readonly channels: readonly Joined[]
  readonly moved: readonly Moved[]
}

/**
 * Brings a new account, unless it is a guest, into the channels that all new ones are in. After every row of the change:
 * it takes the head.
 */
export async function joinDefaults(
  tx: Tx,
  granted: Granted<'user:create'>,
  user: number,
  at: Date,
): Promise<JoinedDefaults> {
  const moved = await raiseForNewcomer(tx, granted, user)
  const channels = await tx.query(
    Joined,
    'SELECT channel_id, creator_id, guests FROM streams.v1_join_defaults($1, $2, $3)',
    [tx.org, user, at],
  )
  return { channels, moved }
}
