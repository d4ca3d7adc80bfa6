import { defaultChannelGroups, type SystemGroupName, systemGroupId } from '@parley/access'
import { groupId } from '@parley/core'
import { expect, test } from 'vitest'
import { givenSettings, postPolicy, refuseHiddenTopics } from './settings.ts'

test('topics are everybody’s to begin where history is kept from newcomers', () => {
  const letting = (group: SystemGroupName) => ({
    ...defaultChannelGroups,
    can_create_topic_group: groupId(systemGroupId[group]),
  })
  const kinds = [
    { inviteOnly: false, historyPublicToSubscribers: true },
    { inviteOnly: true, historyPublicToSubscribers: true },
    { inviteOnly: true, historyPublicToSubscribers: false },
  ]
  const refused = kinds.map((kind) =>
    (['role:everyone', 'role:members', 'role:nobody'] as const).filter((group) => {
      try {
        refuseHiddenTopics(kind, letting(group))
        return false
      } catch {
        return true
      }
    }),
  )
  expect(refused).toEqual([[], [], ['role:members', 'role:nobody']])
})

test('what can be set is taken by name', () => {
  const given = { can_subscribe_group: 3, can_create_topic_group: 2, can_send_message_group: undefined }
  expect(givenSettings(given)).toEqual([
    ['can_create_topic_group', 2],
    ['can_subscribe_group', 3],
  ])
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
