import type { Tx } from '@parley/db'
import { z } from 'zod'

const none = -1
const Kept = z.object({
  settings: z.object({
    moderation_request_channel_id: z.int().default(none),
    new_stream_announcements_stream_id: z.int().default(none),
    send_channel_events_messages: z.boolean().default(false),
    enable_spectator_access: z.boolean().default(false),
  }),
})

/** What the organisation wants said of its channels, and where. */
export interface OrganisationChannels {
  /** Where reports of messages go; null for nowhere. */
  readonly moderation: number | null
  /** Where new channels are announced; null for nowhere. */
  readonly announcements: number | null
  /** Is it said in channels what becomes of them? */
  readonly saysChanges: boolean
  /** Does it let there be web-public channels? */
  readonly spectators: boolean
}

/** Does any guest read the channel, or may all of them? Guests know of no public channel that they are not in, unless it is web-public. */
export async function readByGuests(tx: Tx, channel: number): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ found: z.boolean() }),
    `SELECT EXISTS (SELECT FROM streams.channels c
       WHERE c.org_id = $1 AND c.channel_id = $2 AND c.is_web_public)
     OR EXISTS (SELECT FROM streams.subscriptions s
       JOIN auth.v1_actors a ON a.org_id = s.org_id AND a.user_id = s.user_id
       WHERE s.org_id = $1 AND s.channel_id = $2 AND s.active AND a.role >= 600) AS found`,
    [tx.org, channel],
  )
  return row?.found === true
}

/** The organisation's settings; what it never set is as it was at first. */
export async function settingsNaming(tx: Tx): Promise<OrganisationChannels> {
  const [row] = await tx.query(Kept, 'SELECT settings FROM auth.v1_settings WHERE org_id = $1', [tx.org])
  const { settings } = row ?? Kept.parse({ settings: {} })
  const orNull = (id: number): number | null => (id === none ? null : id)
  return {
    moderation: orNull(settings.moderation_request_channel_id),
    announcements: orNull(settings.new_stream_announcements_stream_id),
    saysChanges: settings.send_channel_events_messages,
    spectators: settings.enable_spectator_access,
  }
}
