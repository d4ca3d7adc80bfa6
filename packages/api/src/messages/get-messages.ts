import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, int, json, nullable, optional, text, withDefault } from '../param.ts'
import { FetchedMessage } from './message-object.ts'
import { Narrow } from './narrow.ts'

/** Most messages that one call fetches. */
export const maxFetch = 5_000

/** Messages around an anchor in a narrow, or the named ones that the reader may see. */
export const getMessages = operation({
  id: 'get-messages',
  method: 'GET',
  path: '/api/v1/messages',
  service: 'messaging',
  access: 'message:list',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  spectators: true,
  params: {
    /** A message id, `newest`, `oldest`, `first_unread` or `date`. */
    anchor: optional(text(40)),
    /** With `date`: ISO 8601, UTC unless it says another zone. */
    anchor_date: optional(text(40)),
    include_anchor: withDefault(bool(), true),
    num_before: optional(int()),
    num_after: optional(int()),
    narrow: nullable(json(Narrow)),
    client_gravatar: withDefault(bool(), true),
    apply_markdown: withDefault(bool(), true),
    use_first_unread_anchor: withDefault(bool(), false),
    message_ids: optional(json(z.array(z.int().min(0)).max(maxFetch))),
    allow_empty_topic_name: withDefault(bool(), false),
  },
  response: z.object({
    messages: z.array(FetchedMessage),
    // 10^16 where nothing is unread: beyond the safe integers, and exact all the same.
    anchor: z.number().refine(Number.isInteger).optional(),
    found_anchor: z.boolean().optional(),
    found_newest: z.boolean().optional(),
    found_oldest: z.boolean().optional(),
    history_limited: z.boolean().optional(),
  }),
})
