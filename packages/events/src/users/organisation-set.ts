import { SettingValue } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

/** These come with others in one event (Zulip API: realm, op update_dict). */
const together = new Set([
  'allow_message_editing',
  'mandatory_topics',
  'message_content_edit_limit_seconds',
  'topics_policy',
])

/** The organisation set one thing about itself otherwise. Decisions read many of them. */
export const organisationSet = event({
  type: 'organisation.set',
  emitter: 'auth',
  alsoBy: ['streams'],
  audience: 'organisation',
  changesRights: true,
  body: z.object({ property: z.string(), value: SettingValue }),
  wire: ['realm'],
  shape: ({ property, value }) =>
    together.has(property)
      ? { type: 'realm', op: 'update_dict', property: 'default', data: { [property]: value } }
      : { type: 'realm', op: 'update', property, value },
})

/**
 * The organisation waits for another number of days until a member is a full one. For members who are none any more it
 * takes rights away.
 */
export const waitingPeriodChanged = event({
  type: 'organisation.waiting-period-changed',
  emitter: 'auth',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ days: z.int(), was: z.int(), by: z.int() }),
})

/** The audited side: who changed which of them, without texts. */
export const organisationSettingsChanged = event({
  type: 'organisation.settings-changed',
  emitter: 'auth',
  alsoBy: ['streams'],
  audience: 'nobody',
  audited: true,
  body: z.object({ properties: z.array(z.string()), by: z.int() }),
})
