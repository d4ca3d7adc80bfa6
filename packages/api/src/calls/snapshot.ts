import { z } from 'zod'
import { call } from '../operation.ts'

/** Client capabilities of a queue (Zulip API: register-queue, `client_capabilities`), all false unless given. */
export const Capabilities = z.object({
  notification_settings_null: z.boolean().default(false),
  bulk_message_deletion: z.boolean().default(false),
  user_avatar_url_field_optional: z.boolean().default(false),
  stream_typing_notifications: z.boolean().default(false),
  user_settings_object: z.boolean().default(false),
  linkifier_url_template: z.boolean().default(false),
  user_list_incomplete: z.boolean().default(false),
  include_deactivated_groups: z.boolean().default(false),
  archived_channels: z.boolean().default(false),
  empty_topic_name: z.boolean().default(false),
  simplified_presence_events: z.boolean().default(false),
})
export type Capabilities = z.infer<typeof Capabilities>

const SnapshotRequest = z.object({
  /** Exported by the gateway's transaction (`pg_export_snapshot`): every service reads the same instant. */
  snapshot: z.string(),
  org: z.int(),
  user: z.int(),
  /** Wanted event types; null is all. */
  types: z.array(z.string()).nullable(),
  capabilities: Capabilities,
  includeSubscribers: z.boolean(),
  slimPresence: z.boolean(),
  url: z.string(),
})
export type SnapshotRequest = z.infer<typeof SnapshotRequest>

/** The part of `register`'s answer that a service owns, by key. */
const SnapshotPart = z.record(z.string(), z.unknown())

const snapshotOf = <S extends 'auth' | 'streams' | 'messaging' | 'uploads'>(service: S) =>
  call({
    id: `${service}.snapshot`,
    service,
    callers: ['gateway'],
    idempotent: true,
    input: SnapshotRequest,
    response: SnapshotPart,
  })
export const authSnapshot = snapshotOf('auth')
export const streamsSnapshot = snapshotOf('streams')
export const messagingSnapshot = snapshotOf('messaging')
export const uploadsSnapshot = snapshotOf('uploads')
