import { type Actor, decide } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { channelFacts } from './channels.ts'

/** Settings that name a channel, by whether it must be private. */
export const channelSettings: Readonly<Record<string, { readonly closed: boolean }>> = {
  moderation_request_channel_id: { closed: true },
  new_stream_announcements_stream_id: { closed: false },
  signup_announcements_stream_id: { closed: false },
  zulip_update_announcements_stream_id: { closed: false },
}

/**
 * May the actor set it to this channel? One that they may not read is none: what the server says there would be theirs to
 * direct. -1 is no channel.
 * @throws AppError BAD_REQUEST
 */
export async function checkSettingChannel(tx: Tx, actor: Actor, name: string, id: number): Promise<void> {
  if (id === -1) return
  const facts = (await channelFacts(tx, actor, [id])).get(id)
  if (!facts || facts.archived || !decide('channel:read', actor, facts).ok)
    throw badRequest('Invalid channel ID')
  if (channelSettings[name]?.closed && !facts.inviteOnly)
    throw badRequest('Moderation request channel must be private.')
}
