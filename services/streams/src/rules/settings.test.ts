import { systemGroupId } from '@parley/access'
import { expect, test } from 'vitest'
import { givenSettings, postPolicy, unsupportedSetting } from './settings.ts'

test('what cannot be set may be given at its default, however it is written', () => {
  const everyone = systemGroupId['role:everyone']
  const nobody = systemGroupId['role:nobody']
  expect(
    unsupportedSetting({
      can_create_topic_group: { direct_members: [], direct_subgroups: [everyone] },
      can_resolve_topics_group: nobody,
      can_send_message_group: nobody,
    }),
  ).toBeNull()
  expect(unsupportedSetting({ can_resolve_topics_group: everyone })).toBe('can_resolve_topics_group')
})

test('what can be set is taken by name', () => {
  const given = { can_subscribe_group: 3, can_create_topic_group: 2, can_send_message_group: undefined }
  expect(givenSettings(given)).toEqual([['can_subscribe_group', 3]])
})

test.each([
  ['role:everyone', 1],
  ['role:administrators', 2],
  ['role:fullmembers', 3],
  ['role:moderators', 4],
  ['role:nobody', 1],
] as const)('older clients see %s as policy %i', (name, policy) => {
  expect(postPolicy(systemGroupId[name])).toBe(policy)
})
