import { DefaultGroupObject, FolderObject, SubscriptionSettings } from '@parley/api'
import { expect } from 'vitest'
import { z } from 'zod'
import { Channel, Ids } from './snapshot.ts'
import { type Appliers, type ClientState, including, type KnownChannel, without } from './state.ts'

// Left out: what no event tells (Zulip's neither), and what an `add` event leaves to its receiver.
const untold = new Set(['first_message_id', 'is_recently_active', 'stream_weekly_traffic', 'subscribers'])
export const factsOf = (channel: z.infer<typeof Channel>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(channel).filter(([key]) => !untold.has(key)))
/** Who came into a public channel and left between two polls hears of the removal alone, so settings count inside only. */
export const withoutSettings = (facts: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).filter(([key]) => !Object.hasOwn(SubscriptionSettings.shape, key)))

export const ofChannels: Appliers = {
  'stream create'(state, event) {
    for (const one of z.array(Channel).parse(event['streams'])) {
      const known = state.channels[one.stream_id]
      // Some clients keep what they know, others take what is told: so it has to be the same.
      if (known) expect(known.facts).toMatchObject(factsOf(one))
      else state.channels[one.stream_id] = { membership: 'outside', facts: factsOf(one), subscribers: [] }
    }
  },
  'stream delete'(state, event) {
    // One that came and was closed between two polls is not known, and its number says nothing.
    for (const id of Ids.parse(event['stream_ids'])) {
      delete state.channels[id]
      state.surplus.delete(id)
    }
  },
  'stream update'(state, event) {
    const { stream_id, property, value } = z
      .looseObject({ stream_id: z.int(), property: z.string() })
      .parse(event)
    const known = state.channels[stream_id]
    if (!known) throw new Error(`an update of channel ${stream_id}, which is not known`)
    const beside = ['rendered_description', 'history_public_to_subscribers', 'is_web_public']
    const rest = Object.entries(event).filter(([key]) => beside.includes(key))
    Object.assign(known.facts, { [property]: value, ...Object.fromEntries(rest) })
  },
  default_streams(state, event) {
    state.defaults = Ids.parse(event['default_streams'])
  },
  default_stream_groups(state, event) {
    state.defaultGroups = z.array(DefaultGroupObject).parse(event['default_stream_groups'])
  },
  'channel_folder add'(state, event) {
    const folder = FolderObject.parse(event['channel_folder'])
    if (state.folders[folder.id]) throw new Error(`folder ${folder.id} is told of twice`)
    state.folders[folder.id] = folder
  },
  'channel_folder update'(state, event) {
    Object.assign(folderIn(state, z.int().parse(event['channel_folder_id'])), event['data'])
  },
  'channel_folder reorder'(state, event) {
    for (const [order, id] of Ids.parse(event['order']).entries()) folderIn(state, id).order = order
  },
}

export const ofSubscriptions: Appliers = {
  'subscription add'(state, event) {
    for (const one of z.array(Channel).parse(event['subscriptions']))
      state.channels[one.stream_id] = {
        membership: 'subscribed',
        facts: factsOf(one),
        subscribers: including([], one.subscribers),
      }
  },
  'subscription update'(state, event) {
    const { stream_id: id, property } = z
      .looseObject({ stream_id: z.int(), property: z.string() })
      .parse(event)
    const known = state.channels[id]
    if (known?.membership !== 'subscribed') throw new Error(`a setting of channel ${id}, which one is not in`)
    known.facts[property] = event['value']
  },
  'subscription remove'(state, event) {
    for (const { stream_id: id } of z.array(Channel).parse(event['subscriptions'])) {
      const known = state.channels[id]
      if (!known) {
        state.surplus.add(id)
        continue
      }
      known.membership = 'unsubscribed'
      known.facts = withoutSettings(known.facts)
      leave(known, [state.user])
    }
  },
  'subscription peer_add'(state, event) {
    const { stream_ids, user_ids } = z.looseObject({ stream_ids: Ids, user_ids: Ids }).parse(event)
    for (const channel of stream_ids.flatMap((id) => state.channels[id] ?? [])) {
      count(channel, without(user_ids, channel.subscribers).length)
      channel.subscribers = including(channel.subscribers, user_ids)
    }
  },
  'subscription peer_remove'(state, event) {
    const { stream_ids, user_ids } = z.looseObject({ stream_ids: Ids, user_ids: Ids }).parse(event)
    for (const channel of stream_ids.flatMap((id) => state.channels[id] ?? [])) leave(channel, user_ids)
  },
}

function folderIn(state: ClientState, id: number): FolderObject {
  const folder = state.folders[id]
  if (!folder) throw new Error(`a change of folder ${id}, which is not known`)
  return folder
}

export function count(channel: KnownChannel, more: number): void {
  channel.facts['subscriber_count'] = z.int().parse(channel.facts['subscriber_count']) + more
}

function leave(channel: KnownChannel, users: readonly number[]): void {
  const left = without(channel.subscribers, users)
  count(channel, left.length - channel.subscribers.length)
  channel.subscribers = left
}
