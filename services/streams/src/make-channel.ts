import { authorize, type ChannelGroups, decide, type Granted, type TopicsPolicy } from '@parley/access'
import type { NewChannelWish } from '@parley/api'
import { badRequest, channelId, recipientId } from '@parley/core'
import { readActor, say, type Tx } from '@parley/db'
import { defaultChannelsChanged, make, type NewEvent } from '@parley/events'
import { readByGuests, settingsNaming } from './facts/organisation-channels.ts'
import type { Acting } from './acting.ts'
import type { Described } from './present/description.ts'
import { readDefaults } from './repo/change-channel.ts'
import { writeChannelGroups } from './repo/channel-groups.ts'
import { isFolder } from './repo/folders.ts'
import { insertChannel, type Made } from './repo/channels.ts'
import { channelKind } from './rules/channel-kind.ts'
import { refuseManyDefaults } from './rules/default-channels.ts'
import { invalidFolder } from './rules/folder-name.ts'
import { announcedText, announcementTopic, madeText, ownTopic } from './rules/notice-text.ts'
import { retentionDays } from './rules/retention.ts'
import { refuseHiddenTopics } from './rules/settings.ts'
import { refuseUnsupported } from './rules/supported.ts'

/** What channels that are made in one request have in common. */
export interface Making {
  readonly granted: Granted<'channel:create'>
  readonly groups: ChannelGroups
  readonly byDefault: boolean
  readonly folder: number | null
  readonly retention: number | null
  readonly topics: TopicsPolicy
  /** The organisation's address. */
  readonly url: string
  /** Where it is said that there is a new channel; null for nowhere. */
  readonly announcedIn: number | null
  /** Is it said in the channel itself who made it? */
  readonly saysChanges: boolean
}

/**
 * Decides whether such channels may be made.
 * @param others is anybody but their maker to be in them?
 * @throws AppError where they may not, or cannot be as asked
 */
export async function prepareMaking(
  { tx, actor, rights, webPublic }: Acting,
  wish: NewChannelWish,
  url: string,
  others: boolean,
): Promise<Making> {
  refuseUnsupported(wish, actor)
  const kind = channelKind({
    inviteOnly: wish.invite_only ?? false,
    isWebPublic: wish.is_web_public ?? false,
    historyPublicToSubscribers: wish.history_public_to_subscribers,
  })
  if ('refusal' in kind) throw badRequest(kind.refusal)
  const { announcements, saysChanges, spectators } = await settingsNaming(tx)
  const wanted = { ...kind, webPublicEnabled: webPublic && spectators }
  const verdict = authorize('channel:create', actor, wanted, rights)
  if (!verdict.ok)
    throw badRequest(
      verdict.reason === 'web-public-disabled'
        ? 'Web-public channels are not enabled.'
        : 'Insufficient permission',
    )
  const { granted } = verdict
  const folder = wish.folder_id ?? null
  if (folder !== null && !(await isFolder(tx, granted, folder))) throw invalidFolder()
  const groups = await writeChannelGroups(tx, granted, wish)
  refuseHiddenTopics(kind, groups)
  if (others && !(await mayAdd(tx, granted, groups))) throw badRequest('Insufficient permission')
  // The name of a private one is nobody else's, that of a public one no guest's.
  const announces = wish.announce && !kind.inviteOnly && announcements !== null
  const announcedIn =
    announces && (kind.isWebPublic || !(await readByGuests(tx, announcements))) ? announcements : null
  const byDefault = wish.is_default_stream ?? false
  const retention = retentionDays(wish.message_retention_days ?? 'realm_default')
  const topics = wish.topics_policy ?? 'inherit'
  return { granted, groups, byDefault, folder, retention, topics, url, announcedIn, saysChanges }
}

/** May its maker bring others into a channel that they are about to make? They are in its new groups by now. */
async function mayAdd(
  tx: Tx,
  { actor: { userId }, object }: Granted<'channel:create'>,
  groups: ChannelGroups,
): Promise<boolean> {
  const { actor } = await readActor(tx, userId)
  if (!actor) return false
  const channel = {
    ...object,
    orgId: actor.orgId,
    // No rule looks at them.
    channelId: channelId(0),
    recipientId: recipientId(0),
    archived: false,
    // What will be said there is the maker's to read.
    subscribed: true,
    groups,
  }
  return decide('channel:add-subscribers', actor, channel).ok
}

/** Makes one, and has it said. @returns null where its name is taken in any spelling */
export async function makeChannel(
  { tx, now, actor }: Acting,
  { granted, groups, byDefault, folder, retention, topics, url, announcedIn, saysChanges }: Making,
  { name, description }: { readonly name: string; readonly description: Described },
): Promise<Made | null> {
  const made = await insertChannel(tx, granted, {
    name,
    description,
    createdAt: now,
    groups,
    byDefault,
    folder,
    retention,
    topics,
  })
  if (!made) return null
  const { userId } = actor
  if (saysChanges) {
    const content = madeText(userId, granted.object, description.text)
    await say(tx, { to: { channel: made.channelId }, topic: ownTopic, content, url })
  }
  if (announcedIn !== null) {
    const content = announcedText(userId, name)
    await say(tx, { to: { channel: announcedIn }, topic: announcementTopic, content, url })
  }
  return made
}

/** What the log says beside of channels that were made. @throws AppError where too many are defaults */
export async function madeEvents({ tx }: Acting, { byDefault }: Making): Promise<NewEvent[]> {
  if (!byDefault) return []
  const channel_ids = await readDefaults(tx)
  refuseManyDefaults(channel_ids)
  return [make(defaultChannelsChanged, { channel_ids })]
}
