import { canary } from '@parley/testkit'
import type { Failing } from './asking.ts'

const ownDraft = { type: '', to: [], topic: canary.topic, content: canary.content }

/** What one shows, mutes, drafts, and keeps for later. */
export const ofOwn: Failing = {
  'get-presence': ['presence', ({ ada }) => ada.get('/realm/presence')],
  'get-user-presence': ['presence', ({ ada }) => ada.get(`/users/${canary.email}/presence`)],
  'update-presence': ['presence', ({ ada }) => ada.post('/users/me/presence', { status: 'active' })],
  'get-user-status': ['drafts', ({ ada }) => ada.get(`/users/${ada.id}/status`)],
  'update-status': ['drafts', ({ ada }) => ada.post('/users/me/status', { status_text: canary.topic })],
  'update-status-for-user': [
    'drafts',
    ({ stage, victim }) => stage.owner.post(`/users/${victim}/status`, { status_text: canary.topic }),
  ],
  'get-alert-words': ['drafts', ({ ada }) => ada.get('/users/me/alert_words')],
  'add-alert-words': [
    'drafts',
    ({ ada }) => ada.post('/users/me/alert_words', { alert_words: [canary.topic] }),
  ],
  'remove-alert-words': [
    'drafts',
    ({ ada }) => ada.delete('/users/me/alert_words', { alert_words: [canary.topic] }),
  ],
  'mute-user': ['own', ({ ada, victim }) => ada.post(`/users/me/muted_users/${victim}`)],
  'unmute-user': ['own', ({ ada, victim }) => ada.delete(`/users/me/muted_users/${victim}`)],
  'create-drafts': ['drafts', ({ ada }) => ada.post('/drafts', { drafts: [ownDraft] })],
  'edit-draft': ['drafts', ({ ada }) => ada.patch('/drafts/1', { draft: ownDraft })],
  'get-drafts': ['drafts', ({ ada }) => ada.get('/drafts')],
  'delete-draft': ['drafts', ({ ada }) => ada.delete('/drafts/1')],
  'create-saved-snippet': [
    'drafts',
    ({ ada }) => ada.post('/saved_snippets', { title: canary.topic, content: canary.content }),
  ],
  'edit-saved-snippet': ['drafts', ({ ada }) => ada.patch('/saved_snippets/1', { content: canary.content })],
  'get-saved-snippets': ['drafts', ({ ada }) => ada.get('/saved_snippets')],
  'delete-saved-snippet': ['drafts', ({ ada }) => ada.delete('/saved_snippets/1')],
  'create-scheduled-message': [
    'drafts',
    ({ ada }) =>
      ada.post('/scheduled_messages', {
        type: 'direct',
        to: [ada.id],
        content: canary.content,
        scheduled_delivery_timestamp: 4_000_000_000,
      }),
  ],
  'update-scheduled-message': [
    'drafts',
    ({ ada }) => ada.patch('/scheduled_messages/1', { content: canary.content }),
  ],
  'get-scheduled-messages': ['drafts', ({ ada }) => ada.get('/scheduled_messages')],
  'delete-scheduled-message': ['drafts', ({ ada }) => ada.delete('/scheduled_messages/1')],
  'create-message-reminder': [
    'drafts',
    ({ ada, message }) =>
      ada.post('/reminders', {
        message_id: message,
        scheduled_delivery_timestamp: 4_000_000_000,
        note: canary.content,
      }),
  ],
  'get-reminders': ['drafts', ({ ada }) => ada.get('/reminders')],
  'delete-reminder': ['drafts', ({ ada }) => ada.delete('/reminders/1')],
}
