import { type GroupSetting, systemGroupId } from '@parley/access'
import type { ChannelObject } from '@parley/api'

type SettingName = Extract<keyof ChannelObject, `can_${string}_group`>
export type ChannelSettings = Pick<ChannelObject, SettingName>

const group = systemGroupId

/**
 * Who may do what in a channel (Zulip API: channel permission settings). Every channel has the defaults; the creator
 * administers it.
 */
export function channelSettings(creatorId: number | null): ChannelSettings {
  return {
    can_add_subscribers_group: group['role:nobody'],
    can_administer_channel_group:
      creatorId === null ? group['role:nobody'] : { direct_members: [creatorId], direct_subgroups: [] },
    can_create_topic_group: group['role:everyone'],
    can_delete_any_message_group: group['role:nobody'],
    can_delete_own_message_group: group['role:nobody'],
    can_move_messages_out_of_channel_group: group['role:nobody'],
    can_move_messages_within_channel_group: group['role:nobody'],
    can_remove_subscribers_group: group['role:administrators'],
    can_resolve_topics_group: group['role:nobody'],
    can_send_message_group: group['role:everyone'],
    can_subscribe_group: group['role:nobody'],
  }
}

/** One writing of a value: an object with no people and one group is that group. */
function canonical(value: GroupSetting): string {
  if (typeof value === 'number') return String(value)
  const [only, ...others] = value.direct_subgroups
  if (value.direct_members.length === 0 && only !== undefined && others.length === 0) return String(only)
  const sorted = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)
  return JSON.stringify([sorted(value.direct_members), sorted(value.direct_subgroups)])
}

/**
 * The first given setting that is not the default. A channel with a restriction left out would be more open than
 * asked, so such a request is refused.
 */
export function unsupportedSetting(
  given: Readonly<Partial<Record<SettingName, GroupSetting | undefined>>>,
  creatorId: number,
): string | null {
  const defaults = Object.entries(channelSettings(creatorId)) as [SettingName, GroupSetting][]
  const other = defaults.find(([name, value]) => {
    const wanted = given[name]
    return wanted !== undefined && canonical(wanted) !== canonical(value)
  })
  return other?.[0] ?? null
}
