import {
  type ChannelGroups,
  type ChannelGroupSetting,
  channelGroupSettings,
  type ChannelKind,
  type GroupSetting,
  systemGroupId,
} from '@parley/access'
import type { ChannelObject } from '@parley/api'
import { badRequest } from '@parley/core'

type SettingName = Extract<keyof ChannelObject, `can_${string}_group`>
const group = systemGroupId

type Given = Readonly<Partial<Record<SettingName, GroupSetting | undefined>>>

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

/**
 * Where history is kept from newcomers, who may begin topics must say nothing of which there are: everybody may (permissions §3).
 * @throws AppError BAD_REQUEST
 */
export function refuseHiddenTopics(
  kind: Pick<ChannelKind, 'inviteOnly' | 'historyPublicToSubscribers'>,
  groups: ChannelGroups,
): void {
  const everybody = Number(groups.can_create_topic_group) === group['role:everyone']
  if (kind.inviteOnly && !kind.historyPublicToSubscribers && !everybody)
    throw badRequest(
      'Unsupported parameter combination: history_public_to_subscribers, can_create_topic_group',
    )
}

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
