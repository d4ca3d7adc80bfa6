import { type Actor, authorize, decide, isGuest } from '@parley/access'
import { type SnapshotRequest, streamsSnapshot, topicForClient } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { answer, stale } from '@parley/kit'
import type { Context } from '../context.ts'
import { settingsNaming } from '../facts/organisation-channels.ts'
import { channelRowOf } from '../present/channel-object.ts'
import { fixedKeys, registerChannels } from '../present/register.ts'
import { readDefaults } from '../repo/change-channel.ts'
import { readDefaultGroups } from '../repo/default-groups.ts'
import { readFolders } from '../repo/folders.ts'
import { readKnownChannels } from '../repo/known-channels.ts'
import { readMutedUsers } from '../repo/muted-users.ts'
import { readKnownSubscribers, readOwnSubscriptions } from '../repo/subscriptions.ts'
import { readMutedTopics, readUserTopics } from '../repo/user-topics.ts'

export default answer<typeof streamsSnapshot, Context>(streamsSnapshot, ({ input, ctx }) =>
  ctx.database.at(orgId(input.org), input.snapshot, (tx) => snapshot(tx, input, ctx)),
)

const everything = {
  all: true,
  public: true,
  webPublic: true,
  subscribed: true,
  readable: true,
  ownerSubscribed: true,
}

/** The keys of `register` that belong to channels, for the wanted types (Zulip API: register-queue). */
async function snapshot(
  tx: Tx,
  input: SnapshotRequest,
  { clock, standing, webPublic }: Context,
): Promise<Record<string, unknown>> {
  const { actor, rights } = await readActor(tx, userId(input.user))
  const verdict = actor && authorize('channel:list', actor, null, rights)
  if (!verdict?.ok) throw stale()
  const { granted } = verdict
  const wants = (type: string): boolean => input.types === null || input.types.includes(type)
  const part: Record<string, unknown> = { ...fixedKeys(wants, isGuest(granted.actor)) }
  if (wants('realm_user')) {
    const { spectators } = await settingsNaming(tx)
    part['can_create_web_public_streams'] = makesWebPublic(granted.actor, webPublic && spectators)
  }
  if (wants('default_streams'))
    part['realm_default_streams'] = isGuest(granted.actor) ? [] : await readDefaults(tx)
  if (wants('default_stream_groups'))
    part['realm_default_stream_groups'] = isGuest(granted.actor) ? [] : await readDefaultGroups(tx, granted)
  if (wants('channel_folders') || wants('channel_folder'))
    part['channel_folders'] = await readFolders(tx, granted)
  if (wants('muted_users')) part['muted_users'] = await readMutedUsers(tx, granted)
  const shown = (topic: string): string => topicForClient(topic, input.capabilities.empty_topic_name)
  if (wants('user_topic'))
    part['user_topics'] = (await readUserTopics(tx, granted)).map((set) => ({
      ...set,
      topic_name: shown(set.topic_name),
    }))
  // Who asks for the newer form by name does without the older.
  if (wants('muted_topics') && !input.types?.includes('user_topic'))
    part['muted_topics'] = (await readMutedTopics(tx, granted)).map(([channel, topic, at]) => [
      channel,
      shown(topic),
      at,
    ])
  if (wants('stream') || wants('subscription')) {
    const archived = input.capabilities.archived_channels
    const known = await readKnownChannels(tx, granted, { ...everything, archived }, standing)
    const channels = known.map(channelRowOf)
    const own = await readOwnSubscriptions(tx, granted)
    const ids = channels.map((row) => row.channel_id)
    const subscribers = input.includeSubscribers ? await readKnownSubscribers(tx, granted, ids) : null
    const lists = registerChannels({ channels, own, subscribers }, clock.now())
    if (wants('stream')) part['streams'] = lists.streams
    if (wants('subscription')) {
      part['subscriptions'] = lists.subscriptions
      part['unsubscribed'] = lists.unsubscribed
      part['never_subscribed'] = lists.never_subscribed
    }
  }
  return part
}

const makesWebPublic = (actor: Actor, webPublicEnabled: boolean): boolean =>
  decide('channel:create', actor, {
    inviteOnly: false,
    historyPublicToSubscribers: true,
    isWebPublic: true,
    webPublicEnabled,
  }).ok
