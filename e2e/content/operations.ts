import { type ApiClient, basicHeader, canary, eventSocket, smallPicture } from '@parley/testkit'
import type { Person, Scene } from '../product.ts'
import type { Broken } from './breaks.ts'

/** What a failing operation is asked with. */
export interface Asking {
  readonly stage: Scene
  readonly ada: Person
  /** A bot of hers. */
  readonly bot: ApiClient & { readonly id: number }
  /** An account that may be deactivated. */
  readonly victim: number
  /** An account that was. */
  readonly gone: number
  /** A group that the owner made. */
  readonly group: number
  /** A field of profiles, so that taking it away comes to the values. */
  readonly field: number
  /** The headers of a session. */
  readonly session: Readonly<Record<string, string>>
  readonly queue: string
  readonly channel: number
  readonly message: number
}
type Ask = (asking: Asking) => Promise<{ readonly status: number; readonly body: unknown }>

const signInFields = { username: canary.email, password: canary.password }
const browser = ({ stage, session }: Asking) => stage.client({ headers: session, root: '/json' })

const ownDraft = { type: '', to: [], topic: canary.topic, content: canary.content }

const linkifier = { pattern: canary.path, url_template: `https://x.example/${canary.path}` }

/** Every operation of the API with a request that fails by what is broken; null where it needs nothing that can break. */
export const failing: Readonly<Record<string, readonly [Broken, Ask] | null>> = {
  'create-session': ['accounts', ({ stage }) => stage.client({}).post('/parley/sessions', signInFields)],
  'fetch-api-key': ['accounts', ({ stage }) => stage.client({}).post('/fetch_api_key', signInFields)],
  'end-session': ['accounts', (a) => browser(a).delete('/parley/sessions/current')],
  'regenerate-api-key': ['accounts', ({ ada }) => ada.post('/users/me/api_key/regenerate')],
  'create-user': [
    'accounts',
    ({ stage }) =>
      stage.owner.post('/users', {
        email: `2${canary.email}`,
        full_name: canary.name,
        password: canary.password,
      }),
  ],
  'create-bot': [
    'accounts',
    ({ ada }) => ada.post('/bots', { full_name: canary.name, short_name: canary.local }),
  ],
  'update-bot': [
    'accounts',
    ({ ada, bot }) => ada.patch(`/bots/${bot.id}`, { full_name: `${canary.name} 2` }),
  ],
  'regenerate-bot-api-key': ['accounts', ({ ada, bot }) => ada.post(`/bots/${bot.id}/api_key/regenerate`)],
  'deactivate-bot': ['accounts', ({ ada, bot }) => ada.delete(`/bots/${bot.id}`)],
  'get-bots': ['people', ({ ada }) => ada.get('/bots')],
  'get-bot-storage': ['people', ({ bot }) => bot.get('/bot_storage')],
  'update-bot-storage': [
    'people',
    ({ bot }) => bot.put('/bot_storage', { storage: { [canary.topic]: canary.content } }),
  ],
  'remove-bot-storage': ['people', ({ bot }) => bot.delete('/bot_storage', { keys: [canary.topic] })],
  'update-realm': ['people', ({ stage }) => stage.owner.patch('/realm', { description: canary.description })],
  'update-settings': ['accounts', ({ ada }) => ada.patch('/settings', { full_name: `${canary.name} 2` })],
  'update-display-settings': [
    'accounts',
    ({ ada }) => ada.patch('/settings/display', { full_name: `${canary.name} 2` }),
  ],
  'update-notification-settings': [
    'accounts',
    ({ ada }) => ada.patch('/settings/notifications', { full_name: `${canary.name} 2` }),
  ],
  'update-realm-user-settings-defaults': [
    'settings',
    ({ stage }) => stage.owner.patch('/realm/user_settings_defaults', { enter_sends: true }),
  ],
  'update-user': [
    'accounts',
    ({ stage, victim }) => stage.owner.patch(`/users/${victim}`, { full_name: canary.name, role: 300 }),
  ],
  'add-code-playground': [
    'profiles',
    ({ stage }) =>
      stage.owner.post('/realm/playgrounds', {
        name: canary.name,
        pygments_language: 'Rust',
        url_template: `https://x.example/${canary.path}?c={code}`,
      }),
  ],
  'remove-code-playground': ['profiles', ({ stage }) => stage.owner.delete('/realm/playgrounds/1')],
  'get-realm-domains': ['profiles', ({ ada }) => ada.get('/realm/domains')],
  'add-realm-domain': [
    'profiles',
    ({ stage }) =>
      stage.owner.post('/realm/domains', { domain: `${canary.local}.example`, allow_subdomains: true }),
  ],
  'change-realm-domain': [
    'profiles',
    ({ stage }) => stage.owner.patch(`/realm/domains/${canary.local}.example`, { allow_subdomains: true }),
  ],
  'remove-realm-domain': [
    'profiles',
    ({ stage }) => stage.owner.delete(`/realm/domains/${canary.local}.example`),
  ],
  'get-custom-emoji': ['images', ({ ada }) => ada.get('/realm/emoji')],
  'upload-custom-emoji': ['images', ({ ada }) => ada.upload(`/realm/emoji/${canary.local}`, [smallPicture])],
  'upload-avatar': ['images', ({ ada }) => ada.upload('/users/me/avatar', [smallPicture])],
  'delete-avatar': ['images', ({ ada }) => ada.delete('/users/me/avatar')],
  'get-avatar': ['images', ({ ada, victim }) => ada.get(`/avatar/${victim}`)],
  'get-avatar-medium': ['images', ({ ada, victim }) => ada.get(`/avatar/${victim}/medium`)],
  'get-realm-icon': ['images', ({ ada }) => ada.get('/realm/icon')],
  'upload-realm-icon': ['images', ({ stage }) => stage.owner.upload('/realm/icon', [smallPicture])],
  'delete-realm-icon': ['images', ({ stage }) => stage.owner.delete('/realm/icon')],
  'get-realm-logo': ['images', ({ ada }) => ada.get('/realm/logo', { night: false })],
  'upload-realm-logo': [
    'images',
    ({ stage }) => stage.owner.upload('/realm/logo', [smallPicture], { night: true }),
  ],
  'delete-realm-logo': ['images', ({ stage }) => stage.owner.delete('/realm/logo', { night: true })],
  'deactivate-custom-emoji': ['images', ({ ada }) => ada.delete(`/realm/emoji/${canary.local}`)],
  'get-invites': ['profiles', ({ ada }) => ada.get('/invites')],
  'send-invites': [
    'profiles',
    ({ ada }) => ada.post('/invites', { invitee_emails: `3${canary.email}`, stream_ids: [] }),
  ],
  'create-invite-link': [
    'profiles',
    ({ stage }) => stage.owner.post('/invites/multiuse', { welcome_message_custom_text: canary.content }),
  ],
  'revoke-email-invite': ['profiles', ({ ada }) => ada.delete('/invites/1')],
  'revoke-invite-link': ['profiles', ({ ada }) => ada.delete('/invites/multiuse/1')],
  'resend-email-invite': ['profiles', ({ ada }) => ada.post('/invites/1/resend')],
  'confirm-email': [
    'profiles',
    ({ stage }) => stage.client({}).post('/parley/email/confirm', { secret: canary.token }),
  ],
  'ask-to-join': [
    'profiles',
    ({ stage }) =>
      stage.client({}).post('/parley/join/ask', { email: `4${canary.email}`, secret: canary.token }),
  ],
  join: [
    'profiles',
    ({ stage }) =>
      stage
        .client({})
        .post('/parley/join', { secret: canary.token, full_name: canary.name, password: canary.password }),
  ],
  'get-linkifiers': ['profiles', ({ ada }) => ada.get('/realm/linkifiers')],
  'add-linkifier': ['profiles', ({ stage }) => stage.owner.post('/realm/filters', linkifier)],
  'update-linkifier': ['profiles', ({ stage }) => stage.owner.patch('/realm/filters/1', linkifier)],
  'remove-linkifier': ['profiles', ({ stage }) => stage.owner.delete('/realm/filters/1')],
  'reorder-linkifiers': [
    'profiles',
    ({ stage }) => stage.owner.patch('/realm/linkifiers', { ordered_linkifier_ids: [] }),
  ],
  'get-navigation-views': ['profiles', ({ ada }) => ada.get('/navigation_views')],
  'add-navigation-view': [
    'profiles',
    ({ ada }) =>
      ada.post('/navigation_views', { fragment: canary.path, is_pinned: true, name: canary.topic }),
  ],
  'edit-navigation-view': [
    'profiles',
    ({ ada }) => ada.patch(`/navigation_views/${canary.path}`, { name: canary.topic }),
  ],
  'remove-navigation-view': ['profiles', ({ ada }) => ada.delete(`/navigation_views/${canary.path}`)],
  'get-custom-profile-fields': ['profiles', ({ ada }) => ada.get('/realm/profile_fields')],
  'create-custom-profile-field': [
    'profiles',
    ({ stage }) =>
      stage.owner.post('/realm/profile_fields', {
        field_type: 1,
        name: canary.name,
        hint: canary.description,
      }),
  ],
  'reorder-custom-profile-fields': [
    'profiles',
    ({ stage }) => stage.owner.patch('/realm/profile_fields', { order: [] }),
  ],
  'update-custom-profile-field': [
    'profiles',
    ({ stage }) => stage.owner.patch('/realm/profile_fields/1', { name: canary.name }),
  ],
  'remove-custom-profile-field': [
    'profiles',
    ({ stage, field }) => stage.owner.delete(`/realm/profile_fields/${field}`),
  ],
  'update-profile-data': [
    'profiles',
    ({ ada }) => ada.patch('/users/me/profile_data', { data: [{ id: 1, value: canary.content }] }),
  ],
  'remove-profile-data': ['profiles', ({ ada }) => ada.delete('/users/me/profile_data', { data: [1] })],
  'deactivate-own-user': ['accounts', ({ ada }) => ada.delete('/users/me')],
  'reactivate-user': ['accounts', ({ stage, gone }) => stage.owner.post(`/users/${gone}/reactivate`)],
  'deactivate-realm': ['accounts', ({ stage }) => stage.owner.post('/realm/deactivate')],
  'deactivate-user': ['accounts', ({ stage, victim }) => stage.owner.delete(`/users/${victim}`)],
  'create-user-group': [
    'groups',
    ({ ada }) =>
      ada.post('/user_groups/create', { name: `2${canary.name}`, description: '', members: [ada.id] }),
  ],
  'get-user-groups': ['groups', ({ ada }) => ada.get('/user_groups')],
  'update-user-group': [
    'groups',
    ({ stage, group }) => stage.owner.patch(`/user_groups/${group}`, { description: canary.description }),
  ],
  'deactivate-user-group': [
    'groups',
    ({ stage, group }) => stage.owner.post(`/user_groups/${group}/deactivate`),
  ],
  'get-user-group-members': ['groups', ({ ada, group }) => ada.get(`/user_groups/${group}/members`)],
  'get-is-user-group-member': [
    'groups',
    ({ ada, group }) => ada.get(`/user_groups/${group}/members/${ada.id}`),
  ],
  'update-user-group-members': [
    'groups',
    ({ stage, group, ada }) => stage.owner.post(`/user_groups/${group}/members`, { add: [ada.id] }),
  ],
  'get-user-group-subgroups': ['groups', ({ ada, group }) => ada.get(`/user_groups/${group}/subgroups`)],
  'update-user-group-subgroups': [
    'groups',
    ({ stage, group }) => stage.owner.post(`/user_groups/${group}/subgroups`, { add: [6] }),
  ],
  'get-own-user': ['people', ({ ada }) => ada.get('/users/me')],
  'get-user': ['people', ({ ada }) => ada.get(`/users/${ada.id}`)],
  'get-users': ['people', ({ ada }) => ada.get('/users')],
  'get-server-settings': ['people', ({ stage }) => stage.client({}).get('/server_settings')],
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
  'get-openapi': null,
  'register-queue': ['queues', ({ ada }) => ada.post('/register', { narrow: [['topic', canary.topic]] })],
  'get-events': ['queues', ({ ada, queue }) => ada.get('/events', { queue_id: queue, last_event_id: -1 })],
  'delete-queue': ['queues', ({ ada, queue }) => ada.delete('/events', { queue_id: queue })],
  'events-ws': [
    'queues',
    async ({ ada, stage, queue }) => {
      const { url } = stage.org
      const options = {
        url,
        ca: stage.ca,
        gateway: 1,
        queueId: queue,
        lastEventId: -1,
        headers: basicHeader(ada),
      }
      const said = await eventSocket(options).then(
        () => 'opened',
        (error: Error) => error.message,
      )
      return { status: Number(/\b(\d{3})$/.exec(said)?.[1] ?? 0), body: said }
    },
  ],
}
