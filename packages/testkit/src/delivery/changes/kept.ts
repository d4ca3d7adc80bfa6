import { z } from 'zod'
import { type Change, type Kinds, topics } from './play.ts'

const draft: Change = async ({ random, anybody }, who) => {
  const text = { type: 'private', to: [anybody().id], topic: '', content: `draft ${random.below(100)}` }
  const kept = z
    .object({ drafts: z.array(z.object({ id: z.int() })) })
    .parse((await who.get('/drafts')).body).drafts
  const [first, ...others] = kept.map(({ id }) => id)
  const one = first === undefined || random.below(2) === 0 ? undefined : random.pick([first, ...others])
  if (one === undefined) return who.post('/drafts', { drafts: [text] })
  return random.below(2) === 0 ? who.patch(`/drafts/${one}`, { draft: text }) : who.delete(`/drafts/${one}`)
}

// Nothing is due while things are compared.
const farAway = 4_000_000_000

const schedule: Change = async ({ random, anybody }, who) => {
  const kept = z
    .object({ scheduled_messages: z.array(z.object({ scheduled_message_id: z.int() })) })
    .parse((await who.get('/scheduled_messages')).body).scheduled_messages
  const to = random.pick([
    { type: 'direct', to: [anybody().id] },
    { type: 'channel', to: random.below(6) + 1, topic: random.pick(topics) },
  ])
  const text = {
    ...to,
    content: `later ${random.below(100)}`,
    scheduled_delivery_timestamp: farAway + random.below(100),
  }
  const [first, ...others] = kept.map(({ scheduled_message_id: id }) => id)
  if (first === undefined || random.below(2) === 0) return who.post('/scheduled_messages', text)
  const path = `/scheduled_messages/${random.pick([first, ...others])}`
  return random.below(2) === 0 ? who.patch(path, text) : who.delete(path)
}

const remind: Change = async ({ random, sent }, who) => {
  const kept = z
    .object({ reminders: z.array(z.object({ reminder_id: z.int() })) })
    .parse((await who.get('/reminders')).body).reminders
  const [first] = kept
  if (first && random.below(3) === 0) return who.delete(`/reminders/${first.reminder_id}`)
  if (sent.length === 0) return null
  return who.post('/reminders', {
    message_id: sent[random.below(sent.length)],
    scheduled_delivery_timestamp: farAway,
    ...(random.below(2) === 0 ? { note: 'look at this' } : {}),
  })
}

const snippet: Change = ({ random }, who) =>
  who.post('/saved_snippets', { title: 'snippet', content: `text ${random.below(100)}` })

const changeAlertWords: Change = ({ random }, who) => {
  const alert_words = [random.pick(['hello', 'Between us', 'edited']), random.pick(['HELLO', 'all'])]
  return random.below(2) === 0
    ? who.delete('/users/me/alert_words', { alert_words })
    : who.post('/users/me/alert_words', { alert_words })
}

const changeViews: Change = ({ random }, who) => {
  const fragment = random.pick(['inbox', 'narrow/is/starred'])
  const path = `/navigation_views/${encodeURIComponent(fragment)}`
  const is_pinned = random.below(2) === 0
  if (random.below(3) === 0) return who.delete(path)
  return random.below(2) === 0
    ? who.patch(path, { is_pinned })
    : who.post('/navigation_views', { fragment, is_pinned })
}

/** What a person keeps for later. */
export const ofKept: Kinds = {
  'keep a draft': [2, draft],
  'schedule a message': [2, schedule],
  'ask for a reminder': [2, remind],
  'keep a snippet': [1, snippet],
  'change alert words': [2, changeAlertWords],
  'change views': [2, changeViews],
}
