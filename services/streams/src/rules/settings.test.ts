import { systemGroupId } from '@parley/access'
import { expect, test } from 'vitest'
import { unsupportedSetting } from './settings.ts'

test('defaults may be given, in any writing; anything else is named', () => {
  const everyone = systemGroupId['role:everyone']
  const defaults = {
    can_send_message_group: { direct_members: [], direct_subgroups: [everyone] },
    can_administer_channel_group: { direct_members: [7, 7], direct_subgroups: [] },
    can_subscribe_group: systemGroupId['role:nobody'],
  }
  expect(unsupportedSetting(defaults, 7)).toBeNull()
  expect(unsupportedSetting(defaults, 8)).toBe('can_administer_channel_group')
  expect(unsupportedSetting({ can_send_message_group: systemGroupId['role:owners'] }, 7)).toBe(
    'can_send_message_group',
  )
})
