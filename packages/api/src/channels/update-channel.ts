import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, json, optional, pathInt, text } from '../param.ts'

/** Changes a channel: what it is called, who may read it, whether it is archived (Zulip API: update-stream). */
export const updateChannel = operation({
  id: 'update-channel',
  method: 'PATCH',
  path: '/api/v1/streams/{stream_id}',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  revokes: true,
  params: {
    stream_id: pathInt(),
    new_name: optional(text()),
    description: optional(text()),
    is_private: optional(bool()),
    is_web_public: optional(bool()),
    history_public_to_subscribers: optional(bool()),
    is_default_stream: optional(bool()),
    is_archived: optional(bool()),
    message_retention_days: optional(text(32)),
    folder_id: optional(json(z.int().nullable())),
    topics_policy: optional(text(32)),
  },
  response: z.object({}),
})
