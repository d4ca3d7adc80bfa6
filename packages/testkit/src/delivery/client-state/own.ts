import { Reminder, ScheduledMessage, UserTopic } from '@parley/api'
import { z } from 'zod'
import { Kept, View } from './snapshot.ts'
import { type Appliers, byId, inTopic } from './state.ts'

export const scheduledById = (list: readonly ScheduledMessage[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.scheduled_message_id, one]))
export const remindersById = (list: readonly Reminder[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.reminder_id, one]))

/** What a person keeps and sets for themselves alone. */
export const ofOwn: Appliers = {
  // What one invites with is asked for anew, and no part of what `register` says.
  invites_changed() {},
  'drafts add'(state, event) {
    Object.assign(state.drafts, byId(z.array(Kept).parse(event['drafts'])))
  },
  'drafts update'(state, event) {
    Object.assign(state.drafts, byId([Kept.parse(event['draft'])]))
  },
  'drafts remove'(state, event) {
    delete state.drafts[z.int().parse(event['draft_id'])]
  },
  'scheduled_messages add'(state, event) {
    const added = scheduledById(z.array(ScheduledMessage).parse(event['scheduled_messages']))
    for (const id of Object.keys(added))
      if (Object.hasOwn(state.scheduled, id)) throw new Error(`scheduled message ${id} is told of twice`)
    Object.assign(state.scheduled, added)
  },
  'scheduled_messages update'(state, event) {
    const changed = ScheduledMessage.parse(event['scheduled_message'])
    if (!state.scheduled[changed.scheduled_message_id])
      throw new Error('an update of a scheduled message that is not known')
    Object.assign(state.scheduled, scheduledById([changed]))
  },
  'scheduled_messages remove'(state, event) {
    delete state.scheduled[z.int().parse(event['scheduled_message_id'])]
  },
  'reminders add'(state, event) {
    Object.assign(state.reminders, remindersById(z.array(Reminder).parse(event['reminders'])))
  },
  'reminders remove'(state, event) {
    delete state.reminders[z.int().parse(event['reminder_id'])]
  },
  'saved_snippets add'(state, event) {
    Object.assign(state.snippets, byId([Kept.parse(event['saved_snippet'])]))
  },
  'navigation_view add'(state, event) {
    const view = View.parse(event['navigation_view'])
    state.views[view.fragment] = view
  },
  'navigation_view update'(state, event) {
    const { fragment, data } = z.looseObject({ fragment: z.string(), data: z.looseObject({}) }).parse(event)
    state.views[fragment] = { ...View.parse(state.views[fragment]), ...data }
  },
  'navigation_view remove'(state, event) {
    delete state.views[z.string().parse(event['fragment'])]
  },
  alert_words(state, event) {
    state.alertWords = event['alert_words']
  },
  muted_users(state, event) {
    state.mutedUsers = event['muted_users']
  },
  user_topic(state, event) {
    const set = UserTopic.parse(event)
    const topic = inTopic(set.stream_id, set.topic_name)
    if (set.visibility_policy === 0) delete state.topics[topic]
    else state.topics[topic] = set
  },
  'user_settings update'(state, event) {
    state.settings[String(event['property'])] = event['value']
  },
}
