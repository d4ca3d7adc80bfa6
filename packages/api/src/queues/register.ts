import { z } from 'zod'
import { Capabilities } from '../calls/snapshot.ts'
import { Narrow } from '../messages/narrow.ts'
import { operation, perUser } from '../operation.ts'
import { bool, int, json, nullable, optional, withDefault, word } from '../param.ts'

const EventTypes = z.array(z.string().max(100)).max(200)
/** Makes a queue and answers with a snapshot of what its events will change (Zulip API: register-queue). */
export const register = operation({
  id: 'register-queue',
  method: 'POST',
  path: '/api/v1/register',
  service: 'gateway',
  access: 'self:use',
  limits: [perUser('register', 60, 60), perUser('register', 600, 3600)],
  callers: ['gateway'],
  spectators: true,
  transaction: 'own',
  params: {
    event_types: nullable(json(EventTypes)),
    fetch_event_types: nullable(json(EventTypes)),
    narrow: withDefault(json(Narrow), []),
    all_public_streams: withDefault(bool(), false),
    apply_markdown: withDefault(bool(), false),
    client_gravatar: withDefault(bool(), true),
    slim_presence: withDefault(bool(), false),
    // Newer clients send the word, some of them as JSON text.
    include_subscribers: withDefault(
      word(['true', 'false', 'partial', '"true"', '"false"', '"partial"']),
      'false',
    ),
    client_capabilities: withDefault(json(Capabilities), Capabilities.parse({})),
    presence_history_limit_days: optional(int()),
    queue_lifespan_secs: optional(int()),
    idle_queue_timeout: optional(int()),
  },
  /** Beside these the keys that each service puts into the snapshot. */
  response: z.looseObject({
    /** Null for who has no account: nothing is told to them as it happens. */
    queue_id: z.uuid().nullable(),
    last_event_id: z.int(),
    zulip_version: z.string(),
    zulip_feature_level: z.int(),
    zulip_merge_base: z.string(),
  }),
})
