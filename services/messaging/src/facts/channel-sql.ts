import { type Actor, type ChannelAtom, isAdmin, isGuest } from '@parley/access'
import { channelPermissionsSql } from '@parley/db'

/**
 * The atoms of channel rules as SQL over rows of `streams.v1_channels`.
 * @param channel the rows' alias; its columns may be NULL (no channel): every atom of it is then false
 * @param user the placeholder that holds the actor's user id
 * @param groups the placeholder that holds the ids of the actor's groups (`groupsOf`)
 */
export function channelAtomsSql(
  actor: Actor,
  channel: string,
  user: string,
  groups: string,
): Record<ChannelAtom, string> {
  const flag = (column: string): string => `coalesce(${channel}.${column}, false)`
  return {
    'web-public': flag('is_web_public'),
    private: flag('invite_only'),
    'shared-history': flag('history_public_to_subscribers'),
    archived: flag('archived'),
    subscribed: `EXISTS (SELECT FROM streams.v1_subscriptions sub WHERE sub.org_id = ${channel}.org_id
      AND sub.channel_id = ${channel}.channel_id AND sub.user_id = ${user})`,
    guest: String(isGuest(actor)),
    admin: String(isAdmin(actor)),
    ...channelPermissionsSql(actor, channel, groups),
  }
}
