import { z } from 'zod'
import { password } from '../auth/credentials.ts'
import { apiByUser, automaticTopicsByUser, emailByUser, passwordByUser } from '../limits.ts'
import { operation, whereGiven } from '../operation.ts'
import { optional, text } from '../param.ts'
import { paramsOf } from '../settings/setting.ts'
import { automaticTopicSettings, timeZone, userSettings } from '../settings/user-settings.ts'

const updates = <const I extends string, const P extends string>(id: I, path: P) =>
  operation({
    id,
    method: 'PATCH',
    path,
    service: 'auth',
    access: 'self:set',
    limits: [
      ...apiByUser,
      ...whereGiven('new_password', passwordByUser),
      ...whereGiven('email', emailByUser),
      ...automaticTopicSettings.flatMap((name) => whereGiven(name, automaticTopicsByUser)),
    ],
    callers: ['gateway'],
    transaction: 'own',
    params: {
      ...paramsOf(userSettings),
      timezone: optional(timeZone()),
      full_name: optional(text()),
      email: optional(text()),
      old_password: optional(password()),
      new_password: optional(password()),
    },
    response: z.object({}),
  })

/** Changes what the account that calls set for itself; all of it or nothing. */
export const updateSettings = updates('update-settings', '/api/v1/settings')
/** The same under its older names. */
export const updateDisplaySettings = updates('update-display-settings', '/api/v1/settings/display')
export const updateNotificationSettings = updates(
  'update-notification-settings',
  '/api/v1/settings/notifications',
)
