import { canary } from '@parley/testkit'
import type { Failing } from './asking.ts'

/** Channels, their folders and default groups, and who is in them. */
export const ofChannels: Failing = {
  'update-channel': [
    'channels',
    ({ ada, channel }) =>
      ada.patch(`/streams/${channel}`, { new_name: `${canary.channel} 3`, description: canary.description }),
  ],
  'archive-channel': ['channels', ({ ada, channel }) => ada.delete(`/streams/${channel}`)],
  'add-default-channel': [
    'channels',
    ({ stage, channel }) => stage.owner.post('/default_streams', { stream_id: channel }),
  ],
  'remove-default-channel': [
    'channels',
    ({ stage, channel }) => stage.owner.delete('/default_streams', { stream_id: channel }),
  ],
  'find-channel': ['channels', ({ ada }) => ada.get('/get_stream_id', { stream: canary.channel })],
  'get-channel': ['channels', ({ ada, channel }) => ada.get(`/streams/${channel}`)],
  'list-channels': ['channels', ({ ada }) => ada.get('/streams')],
  'list-members': ['channels', ({ ada, channel }) => ada.get(`/streams/${channel}/members`)],
  'list-subscriptions': ['channels', ({ ada }) => ada.get('/users/me/subscriptions')],
  'get-subscription-status': [
    'channels',
    ({ ada, channel }) => ada.get(`/users/${ada.id}/subscriptions/${channel}`),
  ],
  'get-user-channels': ['channels', ({ ada }) => ada.get(`/users/${ada.id}/channels`)],
  'update-subscription-settings': [
    'channels',
    ({ ada, channel }) =>
      ada.post('/users/me/subscriptions/properties', {
        subscription_data: [{ stream_id: channel, property: 'is_muted', value: true }],
      }),
  ],
  'update-subscription-setting': [
    'channels',
    ({ ada, channel }) =>
      ada.patch(`/users/me/subscriptions/${channel}`, { property: 'is_muted', value: true }),
  ],
  'update-user-topic': [
    'own',
    ({ ada, channel }) =>
      ada.post('/user_topics', { stream_id: channel, topic: canary.topic, visibility_policy: 1 }),
  ],
  'mute-topic': [
    'own',
    ({ ada, channel }) =>
      ada.patch('/users/me/subscriptions/muted_topics', {
        stream_id: channel,
        topic: canary.topic,
        op: 'add',
      }),
  ],
  subscribe: [
    'channels',
    ({ ada }) =>
      ada.post('/users/me/subscriptions', {
        subscriptions: [{ name: `${canary.channel} 2`, description: canary.description }],
      }),
  ],
  'get-channel-email-address': [
    'channels',
    ({ ada, channel }) => ada.get(`/streams/${channel}/email_address`),
  ],
  'create-default-channel-group': [
    'folders',
    ({ stage }) =>
      stage.owner.post('/default_stream_groups/create', {
        group_name: canary.channel,
        description: canary.description,
        stream_names: [canary.channel],
      }),
  ],
  'update-default-channel-group': [
    'folders',
    ({ stage }) => stage.owner.patch('/default_stream_groups/1', { new_description: canary.description }),
  ],
  'change-default-channel-group-channels': [
    'folders',
    ({ stage }) =>
      stage.owner.patch('/default_stream_groups/1/streams', { op: 'add', stream_names: [canary.channel] }),
  ],
  'remove-default-channel-group': ['folders', ({ stage }) => stage.owner.delete('/default_stream_groups/1')],
  'get-channel-folders': ['folders', ({ ada }) => ada.get('/channel_folders')],
  'create-channel-folder': [
    'folders',
    ({ stage }) =>
      stage.owner.post('/channel_folders/create', { name: canary.channel, description: canary.description }),
  ],
  'reorder-channel-folders': [
    'folders',
    ({ stage }) => stage.owner.patch('/channel_folders', { order: [1] }),
  ],
  'update-channel-folder': [
    'folders',
    ({ stage }) => stage.owner.patch('/channel_folders/1', { description: canary.description }),
  ],
  'create-channel': [
    'channels',
    ({ ada }) =>
      ada.post('/channels/create', {
        name: `${canary.channel} 3`,
        description: canary.description,
        subscribers: [ada.id],
      }),
  ],
  'update-subscriptions': [
    'channels',
    ({ ada }) =>
      ada.patch('/users/me/subscriptions', {
        delete: [canary.channel],
        add: [{ name: `${canary.channel} 4`, description: canary.description }],
      }),
  ],
  unsubscribe: [
    'channels',
    ({ ada }) => ada.delete('/users/me/subscriptions', { subscriptions: [canary.channel] }),
  ],
}
