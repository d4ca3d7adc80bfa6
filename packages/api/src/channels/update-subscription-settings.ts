import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json } from '../param.ts'

/** What one may set for a channel that one is in; `in_home_view` is the older opposite of `is_muted`. */
export const subscriptionProperties = [
  'color',
  'is_muted',
  'in_home_view',
  'pin_to_top',
  'desktop_notifications',
  'audible_notifications',
  'push_notifications',
  'email_notifications',
  'wildcard_mentions_notify',
] as const
export type SubscriptionProperty = (typeof subscriptionProperties)[number]

/** Sets one's own settings for channels (Zulip API: update-subscription-settings). */
export const updateSubscriptionSettings = operation({
  id: 'update-subscription-settings',
  method: 'POST',
  path: '/api/v1/users/me/subscriptions/properties',
  service: 'streams',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  idempotent: true,
  params: {
    subscription_data: json(
      z
        .array(
          z.object({
            stream_id: z.int().min(0),
            property: z.enum(subscriptionProperties),
            value: z.union([z.boolean(), z.string().max(20)]),
          }),
        )
        .max(200),
    ),
  },
  response: z.object({}),
})
