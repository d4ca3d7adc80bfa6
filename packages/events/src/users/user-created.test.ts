import { userId } from '@parley/core'
import { Capabilities } from '@parley/api'
import { expect, test } from 'vitest'
import type { Viewer } from '../event.ts'
import { seesEmail } from './email-visibility.ts'
import { userCreated } from './user-created.ts'

const viewer = (role: number): Viewer => ({
  userId: userId(1),
  role,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  sees: null,
  slimPresence: true,
  queueId: 'q',
})

test.each([
  [1, [100, 200, 300, 400, 600]],
  [2, [100, 200, 300, 400]],
  [5, [100, 200, 300]],
  [3, [100, 200]],
  [4, []],
])('e-mail visibility %i is read by roles %j', (visibility, readers) => {
  const roles = [100, 200, 300, 400, 600]
  expect(roles.filter((role) => seesEmail(visibility, role, false))).toEqual(readers)
  expect(roles.every((role) => seesEmail(visibility, role, true))).toBe(true)
})

test('a guest learns of a new account without the e-mail that only members see', () => {
  const body = {
    user_id: 7,
    email: 'user7@example.org',
    delivery_email: 'ada@example.org',
    email_address_visibility: 2,
    full_name: 'Ada',
    role: 200,
    is_bot: false,
    bot_type: null,
    bot_owner_id: null,
    timezone: '',
    date_joined: '2026-01-01T00:00:00.000+00:00',
    avatar_url: '/avatar/7?version=1',
    avatar_version: 1,
    generation: 1,
  }
  expect(userCreated.shape(body, viewer(400))).toMatchObject({
    op: 'add',
    person: { delivery_email: 'ada@example.org', is_admin: true, is_owner: false },
  })
  expect(userCreated.shape(body, viewer(600))).toMatchObject({ person: { delivery_email: null } })
  expect(userCreated.variant(viewer(600))).not.toBe(userCreated.variant(viewer(400)))
})
