import type { SubscriptionObject, SubscriptionSettings } from '@parley/api'
import type { ChannelRow } from '../repo/channel-row.ts'
import type { SettingsRow } from '../repo/subscriptions.ts'
import { channelObject } from './channel-object.ts'

export const settingsObject = (row: SettingsRow): SubscriptionSettings => ({
  color: row.color,
  is_muted: row.is_muted,
  in_home_view: !row.is_muted,
  pin_to_top: row.pin_to_top,
  desktop_notifications: row.desktop_notifications,
  audible_notifications: row.audible_notifications,
  push_notifications: row.push_notifications,
  email_notifications: row.email_notifications,
  wildcard_mentions_notify: row.wildcard_mentions_notify,
})

/** A channel with one person's settings for it. `subscribers`: where they were asked for. */
export const subscriptionObject = (
  channel: ChannelRow,
  settings: SettingsRow,
  nowMs: number,
  subscribers?: readonly number[],
): SubscriptionObject => ({
  ...channelObject(channel, nowMs),
  ...settingsObject(settings),
  ...(subscribers ? { subscribers: [...subscribers] } : {}),
})
