import { canary } from '@parley/testkit'
import type { Failing } from './asking.ts'

/** Messages: sending, reading, changing and marking them. */
export const ofMessages: Failing = {
  'add-reaction': [
    'messages',
    ({ ada, message }) => ada.post(`/messages/${message}/reactions`, { emoji_name: 'tada' }),
  ],
  'add-submessage': [
    'messages',
    ({ ada, message }) =>
      ada.post('/submessage', {
        message_id: message,
        msg_type: 'widget',
        content: JSON.stringify({ type: 'question', question: canary.content }),
      }),
  ],
  'remove-reaction': [
    'messages',
    ({ ada, message }) => ada.delete(`/messages/${message}/reactions`, { emoji_name: 'tada' }),
  ],
  'delete-message': ['messages', ({ ada, message }) => ada.delete(`/messages/${message}`)],
  'delete-topic': [
    'messages',
    ({ stage, channel }) =>
      stage.owner.post(`/streams/${channel}/delete_topic`, { topic_name: canary.topic }),
  ],
  'mark-all-as-read': ['messages', ({ ada }) => ada.post('/mark_all_as_read')],
  'mark-stream-as-read': [
    'messages',
    ({ ada, channel }) => ada.post('/mark_stream_as_read', { stream_id: channel }),
  ],
  'mark-topic-as-read': [
    'messages',
    ({ ada, channel }) => ada.post('/mark_topic_as_read', { stream_id: channel, topic_name: canary.topic }),
  ],
  'check-messages-match-narrow': [
    'messages',
    ({ ada, message }) =>
      ada.get('/messages/matches_narrow', { msg_ids: [message], narrow: [['topic', canary.topic]] }),
  ],
  'update-message-flags-for-narrow': [
    'messages',
    ({ ada }) =>
      ada.post('/messages/flags/narrow', {
        anchor: 'newest',
        num_before: 5,
        num_after: 0,
        narrow: [['topic', canary.topic]],
        op: 'add',
        flag: 'starred',
      }),
  ],
  'update-message': [
    'messages',
    ({ ada, message }) => ada.patch(`/messages/${message}`, { content: canary.content, topic: canary.topic }),
  ],
  'report-message': [
    'messages',
    ({ ada, message }) =>
      ada.post(`/messages/${message}/report`, { report_type: 'spam', description: canary.content }),
  ],
  'get-read-receipts': ['messages', ({ ada, message }) => ada.get(`/messages/${message}/read_receipts`)],
  'get-message-history': ['messages', ({ ada, message }) => ada.get(`/messages/${message}/history`)],
  'get-message': ['messages', ({ ada, message }) => ada.get(`/messages/${message}`)],
  'get-messages': [
    'messages',
    ({ ada }) =>
      ada.get('/messages', {
        anchor: 'newest',
        num_before: 5,
        num_after: 0,
        narrow: [['topic', canary.topic]],
      }),
  ],
  'get-stream-topics': ['messages', ({ ada, channel }) => ada.get(`/users/me/${channel}/topics`)],
  'set-typing-status': [
    'names',
    ({ ada, channel }) =>
      ada.post('/typing', { op: 'start', type: 'channel', stream_id: channel, topic: canary.topic }),
  ],
  'set-typing-status-for-message-edit': [
    'messages',
    ({ ada, message }) => ada.post(`/messages/${message}/typing`, { op: 'start' }),
  ],
  'test-welcome-bot-custom-message': [
    'messages',
    ({ stage }) =>
      stage.owner.post('/realm/test_welcome_bot_custom_message', {
        welcome_message_custom_text: canary.content,
      }),
  ],
  'send-message': [
    'messages',
    ({ ada, channel }) =>
      ada.post('/messages', { type: 'channel', to: channel, topic: canary.topic, content: canary.content }),
  ],
  'update-message-flags': [
    'messages',
    ({ ada, message }) => ada.post('/messages/flags', { op: 'add', flag: 'starred', messages: [message] }),
  ],
  'render-message': [
    'names',
    ({ ada }) => ada.post('/messages/render', { content: `${canary.content} #**${canary.channel}**` }),
  ],
}
