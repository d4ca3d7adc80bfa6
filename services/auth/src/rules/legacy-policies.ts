import { type RealmGroups, systemGroupId } from '@parley/access'

const group = systemGroupId
type Policy = Readonly<Partial<Record<number, number>>>

const whoMakesChannels: Policy = {
  [group['role:administrators']]: 2,
  [group['role:fullmembers']]: 3,
  [group['role:moderators']]: 4,
}
const whoMakesWebPublic: Policy = {
  [group['role:administrators']]: 2,
  [group['role:nobody']]: 6,
  [group['role:owners']]: 7,
}
const whoMentionsAll: Policy = {
  [group['role:members']]: 2,
  [group['role:fullmembers']]: 3,
  [group['role:administrators']]: 5,
  [group['role:nobody']]: 6,
  [group['role:moderators']]: 7,
}

/**
 * How permissions look to clients from before groups (Zulip API: deprecated realm policies). A group that was no choice
 * then is the weakest one there was.
 */
export const legacyPolicies = (groups: RealmGroups): Record<string, number> => ({
  create_private_stream_policy: whoMakesChannels[groups.can_create_private_channel_group] ?? 1,
  create_public_stream_policy: whoMakesChannels[groups.can_create_public_channel_group] ?? 1,
  create_web_public_stream_policy: whoMakesWebPublic[groups.can_create_web_public_channel_group] ?? 4,
  wildcard_mention_policy: whoMentionsAll[groups.can_mention_many_users_group] ?? 1,
})
