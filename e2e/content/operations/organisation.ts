import { canary, smallPicture } from '@parley/testkit'
import type { Failing } from './asking.ts'

const linkifier = { pattern: canary.path, url_template: `https://x.example/${canary.path}` }

/** What an organisation and its people set, and who is let in. */
export const ofOrganisation: Failing = {
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
}
