import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { type Param, pathInt, text, word } from '../param.ts'
import { subscriptionProperties } from './update-subscription-settings.ts'

/** A switch as JSON, a colour bare. */
const value = (): Param<boolean | string> => {
  const param = text(20)
  const read = (given: string): boolean | string => (/^(true|false)$/.test(given) ? given === 'true' : given)
  return { ...param, schema: param.schema.transform(read) }
}

/** Sets one of one's own settings for one channel, as clients do that Zulip's documents do not speak of. */
export const updateSubscriptionSetting = operation({
  id: 'update-subscription-setting',
  method: 'PATCH',
  path: '/api/v1/users/me/subscriptions/{stream_id}',
  service: 'streams',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  idempotent: true,
  params: { stream_id: pathInt(), property: word(subscriptionProperties), value: value() },
  response: z.object({}),
})
