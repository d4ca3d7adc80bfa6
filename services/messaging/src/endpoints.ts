import type { Tx } from '@parley/db'
import type { CallRoute, Route } from '@parley/kit'
import type { Context } from './context.ts'
import addAlertWords from './routes/add-alert-words.ts'
import getAlertWords from './routes/get-alert-words.ts'
import removeAlertWords from './routes/remove-alert-words.ts'
import addReaction from './routes/add-reaction.ts'
import addSubmessage from './routes/add-submessage.ts'
import createDrafts from './routes/create-drafts.ts'
import createSnippet from './routes/create-snippet.ts'
import deleteDraft from './routes/delete-draft.ts'
import deleteSnippet from './routes/delete-snippet.ts'
import editDraft from './routes/edit-draft.ts'
import editSnippet from './routes/edit-snippet.ts'
import getPresence from './routes/get-presence.ts'
import getUserPresence from './routes/get-user-presence.ts'
import updatePresence from './routes/update-presence.ts'
import getUserStatus from './routes/get-user-status.ts'
import updateStatus from './routes/update-status.ts'
import updateStatusForUser from './routes/update-status-for-user.ts'
import explainAccess from './routes/explain-access.ts'
import getDrafts from './routes/get-drafts.ts'
import getSnippets from './routes/get-snippets.ts'
import createReminder from './routes/create-message-reminder.ts'
import createScheduledMessage from './routes/create-scheduled-message.ts'
import deleteReminder from './routes/delete-reminder.ts'
import deleteScheduledMessage from './routes/delete-scheduled-message.ts'
import getReminders from './routes/get-reminders.ts'
import getScheduledMessages from './routes/get-scheduled-messages.ts'
import updateScheduledMessage from './routes/update-scheduled-message.ts'
import deleteMessage from './routes/delete-message.ts'
import deleteTopic from './routes/delete-topic.ts'
import editMessage from './routes/edit-message.ts'
import getHistory from './routes/get-history.ts'
import getMessage from './routes/get-message.ts'
import getMessages from './routes/get-messages.ts'
import getReadReceipts from './routes/get-read-receipts.ts'
import reportMessage from './routes/report-message.ts'
import testWelcomeMessage from './routes/test-welcome-message.ts'
import getTopics from './routes/get-topics.ts'
import markAllAsRead from './routes/mark-all-as-read.ts'
import markChannelAsRead from './routes/mark-channel-as-read.ts'
import markTopicAsRead from './routes/mark-topic-as-read.ts'
import matchesNarrow from './routes/matches-narrow.ts'
import removeReaction from './routes/remove-reaction.ts'
import renderMessage from './routes/render-message.ts'
import sendMessage from './routes/send-message.ts'
import snapshot from './routes/snapshot.ts'
import setEditTyping from './routes/set-edit-typing.ts'
import setTyping from './routes/set-typing.ts'
import updateFlagsForNarrow from './routes/update-flags-for-narrow.ts'
import updateFlags from './routes/update-flags.ts'

/** What this service answers to clients. */
export const routes: readonly Route<Context, Tx>[] = [
  addReaction,
  addSubmessage,
  createDrafts,
  createSnippet,
  deleteDraft,
  deleteSnippet,
  editDraft,
  editSnippet,
  getDrafts,
  getSnippets,
  createReminder,
  createScheduledMessage,
  deleteReminder,
  deleteScheduledMessage,
  getReminders,
  getScheduledMessages,
  updateScheduledMessage,
  deleteMessage,
  deleteTopic,
  editMessage,
  getHistory,
  getMessage,
  getMessages,
  getReadReceipts,
  reportMessage,
  testWelcomeMessage,
  getTopics,
  markAllAsRead,
  markChannelAsRead,
  markTopicAsRead,
  matchesNarrow,
  removeReaction,
  renderMessage,
  sendMessage,
  setEditTyping,
  setTyping,
  updateFlags,
  updateFlagsForNarrow,
  getPresence,
  getUserPresence,
  updatePresence,
  getUserStatus,
  updateStatus,
  updateStatusForUser,
  addAlertWords,
  getAlertWords,
  removeAlertWords,
]

/** What it answers to other services. */
export const calls: readonly CallRoute<Context>[] = [explainAccess, snapshot]
