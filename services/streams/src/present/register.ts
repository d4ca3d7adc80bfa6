import {
  type ChannelObject,
  maxChannelDescriptionLength,
  maxChannelNameLength,
  type SubscriptionObject,
} from '@parley/api'
import type { ChannelRow } from '../repo/channel-row.ts'
import type { OwnSubscription } from '../repo/subscriptions.ts'
import { channelObject } from './channel-object.ts'
import { subscriptionObject } from './subscription-object.ts'

export interface RegisterRows {
  /** Every channel the actor may know of. */
  readonly channels: readonly ChannelRow[]
  readonly own: readonly OwnSubscription[]
  /** Subscribers by channel; null where they were not asked for. */
  readonly subscribers: ReadonlyMap<number, readonly number[]> | null
}

type NeverSubscribed = ChannelObject & { readonly subscribers?: readonly number[] }

export interface RegisterLists {
  readonly streams: readonly ChannelObject[]
  readonly subscriptions: readonly SubscriptionObject[]
  readonly unsubscribed: readonly SubscriptionObject[]
  readonly never_subscribed: readonly NeverSubscribed[]
}

/** The channel lists of `register`: every known channel is in exactly one of the last three. */
export function registerChannels({ channels, own, subscribers }: RegisterRows, nowMs: number): RegisterLists {
  const known = new Set(channels.map((row) => row.channel_id))
  const listed = own.filter((row) => known.has(row.channel_id))
  const ownIds = new Set(listed.map((row) => row.channel_id))
  const who = (id: number): readonly number[] | undefined =>
    subscribers ? (subscribers.get(id) ?? []) : undefined
  const withSettings = (row: OwnSubscription): SubscriptionObject =>
    subscriptionObject(row, row, nowMs, who(row.channel_id))
  const streams = channels.map((row) => channelObject(row, nowMs))
  return {
    streams,
    subscriptions: listed.filter((row) => row.active).map(withSettings),
    unsubscribed: listed.filter((row) => !row.active).map(withSettings),
    never_subscribed: streams
      .filter((channel) => !ownIds.has(channel.stream_id))
      .map((channel) => {
        const ids = who(channel.stream_id)
        return ids ? { ...channel, subscribers: ids } : channel
      }),
  }
}

/** What is the same for everybody, or depends on the role alone. */
export function fixedKeys(wants: (type: string) => boolean, guest: boolean): Record<string, unknown> {
  return {
    ...(wants('realm')
      ? {
          max_stream_name_length: maxChannelNameLength,
          max_stream_description_length: maxChannelDescriptionLength,
        }
      : {}),
    ...(wants('realm_user')
      ? {
          can_create_streams: !guest,
          can_create_public_streams: !guest,
          can_create_private_streams: !guest,
          can_subscribe_other_users: !guest,
        }
      : {}),
  }
}
