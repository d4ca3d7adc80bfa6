import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { type Moved, raiseForNewcomer } from './vantage.ts'

const Joined = z.object({
  channel_id: z.int(),
  creator_id: z.int().nullable(),
  invite_only: z.boolean(),
  is_web_public: z.boolean(),
  guests: z.boolean(),
  overseers: z.array(z.int()),
})
/**
 * A channel that an account came into. `guests`: are there any in it, who follow its list? `overseers`: who else follows that
 * of a private one.
 */
export type Joined = z.output<typeof Joined>

/** What a new account comes into, and the guests who come to see it by that. */
export interface JoinedChannels {
  readonly channels: readonly Joined[]
  readonly moved: readonly Moved[]
}

/** Channels for a new account. */
export interface Wanted {
  /** Those that all new ones are in; for guests there are none. */
  readonly defaults: boolean
  /** Others, which it was decided that it may be brought into. */
  readonly channels: readonly number[]
}

/** Brings a new account into channels. After every row of the change: it takes the head. */
export async function joinChannels(
  tx: Tx,
  granted: Granted<'user:create'> | Granted<'user:join'>,
  user: { readonly userId: number; readonly dateJoined: Date },
  wanted: Wanted & { readonly defaultIds: readonly number[] },
): Promise<JoinedChannels> {
  const into = [...wanted.channels, ...(wanted.defaults ? wanted.defaultIds : [])]
  const moved = await raiseForNewcomer(tx, granted, user.userId, into)
  const channels = await tx.query(
    Joined,
    `SELECT j.channel_id, j.creator_id, j.invite_only, c.is_web_public, j.guests, j.overseers
     FROM streams.v1_join_channels($1, $2, $3, $4, $5) j
     JOIN streams.v1_channels c ON c.org_id = $1 AND c.channel_id = j.channel_id`,
    [tx.org, user.userId, user.dateJoined, wanted.defaults, wanted.channels],
  )
  return { channels, moved }
}
