import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, int, json, optional, text, withDefault } from '../param.ts'
import { Narrow } from './narrow.ts'

/** Adds or removes a flag of one's own messages around an anchor in a narrow. */
export const updateFlagsForNarrow = operation({
  id: 'update-message-flags-for-narrow',
  method: 'POST',
  path: '/api/v1/messages/flags/narrow',
  service: 'messaging',
  access: 'message:list',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  params: {
    /** A message id, `newest`, `oldest`, `first_unread` or `date`. */
    anchor: text(40),
    /** With `date`: ISO 8601, UTC unless it says another zone. */
    anchor_date: optional(text(40)),
    include_anchor: withDefault(bool(), true),
    num_before: int(),
    num_after: int(),
    narrow: json(Narrow),
    op: text(100),
    flag: text(100),
  },
  response: z.object({
    processed_count: z.int(),
    updated_count: z.int(),
    first_processed_id: z.int().nullable(),
    last_processed_id: z.int().nullable(),
    found_oldest: z.boolean(),
    found_newest: z.boolean(),
    ignored_because_not_subscribed_channels: z.array(z.int()),
  }),
})
