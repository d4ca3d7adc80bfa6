import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import type { Context } from './context.ts'
import addDefaultChannel from './routes/add-default-channel.ts'
import archiveChannel from './routes/archive-channel.ts'
import findChannel from './routes/find-channel.ts'
import getChannel from './routes/get-channel.ts'
import listChannels from './routes/list-channels.ts'
import listMembers from './routes/list-members.ts'
import listSubscriptions from './routes/list-subscriptions.ts'
import removeDefaultChannel from './routes/remove-default-channel.ts'
import snapshot from './routes/snapshot.ts'
import subscribe from './routes/subscribe.ts'
import unsubscribe from './routes/unsubscribe.ts'
import updateChannel from './routes/update-channel.ts'

/** Every endpoint of this service. */
export const routes: readonly Route<Context, Tx>[] = [
  addDefaultChannel,
  archiveChannel,
  findChannel,
  getChannel,
  listChannels,
  listMembers,
  listSubscriptions,
  removeDefaultChannel,
  subscribe,
  unsubscribe,
  updateChannel,
]

/** Every internal call it answers. */
export const calls: readonly CallRoute<Context>[] = [snapshot]
