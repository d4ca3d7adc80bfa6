import { canary } from '@parley/testkit'
import type { Failing } from './asking.ts'

/** People: their profiles, their groups, and the end of their accounts. */
export const ofPeople: Failing = {
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
}
