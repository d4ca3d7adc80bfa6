import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import type { Context } from './context.ts'
import findChannel from './routes/find-channel.ts'
import getChannel from './routes/get-channel.ts'
import listChannels from './routes/list-channels.ts'
import listMembers from './routes/list-members.ts'
import listSubscriptions from './routes/list-subscriptions.ts'
import snapshot from './routes/snapshot.ts'
import subscribe from './routes/subscribe.ts'
import unsubscribe from './routes/unsubscribe.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<Context, Tx>[] = [
  findChannel,
  getChannel,
  listChannels,
  listMembers,
  listSubscriptions,
  subscribe,
  unsubscribe,
]

/** Every internal call it answers. */
export const calls: readonly CallRoute<Context>[] = [snapshot]
