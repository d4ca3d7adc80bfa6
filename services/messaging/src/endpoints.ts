import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import type { Context } from './context.ts'
import addReaction from './routes/add-reaction.ts'
import deleteMessage from './routes/delete-message.ts'
import deleteTopic from './routes/delete-topic.ts'
import editMessage from './routes/edit-message.ts'
import getHistory from './routes/get-history.ts'
import getMessage from './routes/get-message.ts'
import getMessages from './routes/get-messages.ts'
import getTopics from './routes/get-topics.ts'
import removeReaction from './routes/remove-reaction.ts'
import renderMessage from './routes/render-message.ts'
import sendMessage from './routes/send-message.ts'
import snapshot from './routes/snapshot.ts'
import updateFlags from './routes/update-flags.ts'

/** What this service answers to clients. */
export const routes: readonly Route<Context, Tx>[] = [
  addReaction,
  deleteMessage,
  deleteTopic,
  editMessage,
  getHistory,
  getMessage,
  getMessages,
  getTopics,
  removeReaction,
  renderMessage,
  sendMessage,
  updateFlags,
]

/** What it answers to other services. */
export const calls: readonly CallRoute<Context>[] = [snapshot]
