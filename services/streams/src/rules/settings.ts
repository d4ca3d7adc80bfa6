import {
  type ChannelGroupSetting,
  channelGroupSettings,
  type GroupSetting,
  systemGroupId,
} from '@parley/access'
import type { ChannelObject } from '@parley/api'
import { canonicalSetting } from '@parley/db'

type SettingName = Extract<keyof ChannelObject, `can_${string}_group`>
/** Permissions that every channel has at their defaults, because nothing asks for them yet. */
type FixedName = Exclude<SettingName, ChannelGroupSetting>

const group = systemGroupId

export const fixedSettings: Readonly<Record<FixedName, number>> = {
  can_create_topic_group: group['role:everyone'],
}

type Given = Readonly<Partial<Record<SettingName, GroupSetting | undefined>>>

/**
 * The first given setting that is not the default and cannot be set. A channel with a restriction left out would be more
 * open than asked, so such a request is refused.
 */
export function unsupportedSetting(given: Given): string | null {
  const other = (Object.keys(fixedSettings) as FixedName[]).find((name) => {
    const wanted = given[name]
    return wanted !== undefined && canonicalSetting(wanted) !== fixedSettings[name]
  })
  return other ?? null
}

/** The permissions that a request to change a channel asks for. */
export const askedPermissions = (
  asked: Readonly<Partial<Record<SettingName, unknown>>>,
): ChannelGroupSetting[] => channelGroupSettings.filter((name) => asked[name] !== undefined)

/** The settings of a request that can be set. */
export const givenSettings = (given: Given): readonly (readonly [ChannelGroupSetting, GroupSetting])[] =>
  channelGroupSettings.flatMap((name) => {
    const wanted = given[name]
    return wanted === undefined ? [] : [[name, wanted] as const]
  })

/** How `can_send_message_group` looks to clients from before it (Zulip API: stream_post_policy). */
export function postPolicy(sendGroup: number): number {
  switch (sendGroup) {
    case group['role:administrators']:
      return 2
    case group['role:fullmembers']:
      return 3
    case group['role:moderators']:
      return 4
    default:
      return 1
  }
}
