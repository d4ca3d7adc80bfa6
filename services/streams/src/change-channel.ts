import {
  type Actor,
  authorize,
  type ChannelChange,
  type ChannelGroups,
  channelGroupSettings,
  kindAsked,
  limitsGuests,
  mayBeginAnew,
  type Reason,
  tooManyAnew,
} from '@parley/access'
import type { ChannelObject } from '@parley/api'
import { AppError, badRequest, type Rights, userId } from '@parley/core'
import { say, type Tx } from '@parley/db'
import {
  append,
  channelPermissionsChanged,
  channelRetentionChanged,
  channelTopicsPolicyChanged,
  defaultChannelsChanged,
  defaultGroupsChanged,
  make,
} from '@parley/events'
import type { Context } from './context.ts'
import { channelFactsById } from './facts/channel-facts.ts'
import { settingsNaming } from './facts/organisation-channels.ts'
import { findAccounts, findOverseers } from './facts/people.ts'
import { anew } from './memberships.ts'
import { channelObject } from './present/channel-object.ts'
import { renderDescription } from './present/description.ts'
import { settingsObject } from './present/subscription-object.ts'
import {
  changeChannel,
  type ChannelSet,
  forgetChannel,
  hasTopics,
  readClosed,
  readDefaults,
} from './repo/change-channel.ts'
import { leaveDefaultGroups, readDefaultGroups } from './repo/default-groups.ts'
import { isFolder } from './repo/folders.ts'
import { changeChannelGroups, type PermissionChanges } from './repo/channel-groups.ts'
import { readChannel } from './repo/channels.ts'
import { readEverIn, readSettings, readSubscribers } from './repo/subscriptions.ts'
import { raiseSight, raiseVantage } from './repo/vantage.ts'
import { type Change, changeEvents, forgottenEvents } from './rules/change-events.ts'
import { refuseManyDefaults } from './rules/default-channels.ts'
import { invalidFolder } from './rules/folder-name.ts'
import { kindChange } from './rules/kind-change.ts'
import { movedByChange } from './rules/moved-by-change.ts'
import { learns, reach } from './rules/reach.ts'
import { changeTexts, ownTopic } from './rules/notice-text.ts'
import { askedPermissions, refuseHiddenTopics } from './rules/settings.ts'
import { invalidChannelId, nameTaken } from './rules/unknown-channel.ts'
import { mostAtOnce, unreadEvents } from './rules/unread-events.ts'

/** What of a channel is to change; what is absent stays. */
export interface ChannelWish extends Partial<Omit<ChannelSet, 'groups' | 'description'>> {
  readonly description?: string | null
  readonly is_private?: boolean | undefined
  readonly is_web_public?: boolean | undefined
  readonly history_public_to_subscribers?: boolean | undefined
  readonly archived?: boolean | undefined
  /** Who is to have which permission in it. */
  readonly permissions?: PermissionChanges
}

interface Asking {
  readonly tx: Tx
  readonly actor: Actor
  readonly rights: Rights
  readonly ctx: Pick<Context, 'clock' | 'webPublic' | 'renderer'>
  readonly signal: AbortSignal
  /** `url`: the organisation's address. */
  readonly request: { readonly url: string }
}

/**
 * Changes a channel, and tells everybody who knows of it before or after.
 * @throws AppError where there is none that the actor may know of, or who asks may not do it, or the name is taken
 * @throws Beforehand where its description has code or formulas that have to be made first
 */
export async function change(asking: Asking, id: number, wish: ChannelWish): Promise<void> {
  const { tx, actor, rights, ctx } = asking
  // Before it is known whether there is such a channel: what is hidden costs what never was costs.
  const organisation = await settingsNaming(tx)
  const channel = await channelFactsById(tx, actor, id)
  if (!channel) throw invalidChannelId()
  const asked = kindChange(wish, channel)
  const refused = asked && 'refusal' in asked ? asked.refusal : null
  const kind = kindAsked(channel, asked && 'refusal' in asked ? null : asked, wish.archived ?? null)
  const wanted: ChannelChange = {
    channel,
    kind: kind && { ...kind, webPublicEnabled: ctx.webPublic && organisation.spectators },
    archived: wish.archived ?? null,
    byDefault: (wish.isDefault ?? null) !== null,
    retention: wish.retention !== undefined,
    topics: wish.topics ?? null,
    permissions: askedPermissions(wish.permissions ?? {}),
  }
  const verdict = authorize('channel:change', actor, wanted, rights)
  if (!verdict.ok) throw verdict.kind === 'hide' ? invalidChannelId() : refusal(verdict.reason)
  const { granted } = verdict
  // Only now: what can be asked depends on what the channel is.
  if (refused !== null) throw badRequest(refused)
  const by = { renderer: ctx.renderer, actor, signal: asking.signal, url: asking.request.url }
  const { name = null, description: text = null, folder, retention, topics } = wish
  const description = text === null ? null : renderDescription(by, text)

  const now = ctx.clock.now()
  const row = await readChannel(tx, granted)
  const isPrivate = wanted.kind?.inviteOnly ?? row.invite_only
  // What is archived is nobody's default.
  const isDefault = wish.archived ? false : (wish.isDefault ?? row.is_default)
  if ((isDefault || wish.isDefault === true) && isPrivate)
    throw badRequest('A default channel cannot be private.')
  if (!isPrivate && wanted.kind && organisation.moderation === id)
    throw badRequest('Moderation request channel must be private.')
  if (typeof folder === 'number' && !(await isFolder(tx, granted, folder))) throw invalidFolder()
  const groups = await changeChannelGroups(tx, granted, wish.permissions ?? {})
  if (topics === 'empty_topic_only' && row.topics_policy !== topics && (await hasTopics(tx, granted)))
    throw badRequest('All messages of this channel must be without a topic first.')
  refuseHiddenTopics(wanted.kind ?? channel, groups)
  if (
    !(await changeChannel(tx, granted, { name, description, isDefault, folder, retention, topics, groups }))
  )
    throw nameTaken(name ?? '')

  const before = channelObject(row, now)
  const after = channelObject(await readChannel(tx, granted), now)
  const subscribers = await readSubscribers(tx, granted)
  if (organisation.saysChanges)
    for (const content of changeTexts(actor.userId, before, after))
      await say(tx, { to: { channel: id }, topic: ownTopic, content, url: asking.request.url })
  const { moved, ...people } = await others(tx, before, after, [channel.groups, groups], subscribers)
  if (!mayBeginAnew(actor, moved.length)) throw badRequest(tooManyAnew)
  const events = changeEvents({
    before,
    after,
    by: actor.userId,
    subscribers,
    everIn: after.invite_only ? await readEverIn(tx, granted) : [],
    ...people,
    settings:
      before.is_archived && !after.is_archived
        ? (await readSettings(tx, granted)).map((s) => ({
            user: userId(s.user_id),
            settings: settingsObject(s),
          }))
        : [],
  })
  if (isDefault !== row.is_default) {
    const channel_ids = await readDefaults(tx)
    if (isDefault) refuseManyDefaults(channel_ids)
    events.push(make(defaultChannelsChanged, { channel_ids }))
  }
  if (after.is_archived && !before.is_archived)
    events.push(...forgottenEvents(await forgetChannel(tx, granted), actor.userId))
  // Everybody is told which channels these groups hold: none that is closed or gone.
  if ((isPrivate || wish.archived) && (await leaveDefaultGroups(tx, granted)))
    events.push(make(defaultGroupsChanged, { groups: await readDefaultGroups(tx, granted) }))
  const given = channelGroupSettings.filter((setting) => groups[setting] !== channel.groups[setting])
  if (given.length > 0) {
    const permissions = Object.fromEntries(given.map((setting) => [setting, groups[setting]]))
    events.unshift(make(channelPermissionsChanged, { channel_id: id, permissions, by: actor.userId }))
  }
  const { message_retention_days: days } = after
  if (days !== before.message_retention_days)
    events.push(make(channelRetentionChanged, { channel_id: id, days, by: actor.userId }))
  const { topics_policy: policy } = after
  if (policy !== before.topics_policy)
    events.push(make(channelTopicsPolicyChanged, { channel_id: id, policy, by: actor.userId }))
  if (before.is_archived !== after.is_archived && limitsGuests(actor.realmGroups)) {
    const users = subscribers.map((subscriber) => subscriber.user_id)
    events.push(...anew(await raiseSight(tx, granted, { channels: [id], users })))
  }
  // First, so that their queues from before get nothing of the rest.
  events.unshift(...anew(await raiseVantage(tx, granted, moved)))
  // Last of all, for it takes the head.
  if (!before.invite_only && after.invite_only)
    events.push(...unreadEvents(await readClosed(tx, granted, mostAtOnce)))
  if (events.length > 0) await append(tx, rights, events)
}

/**
 * Those who know of the channel while it is private without being in it, those outside who come to know of it by the change
 * or cease to, and those whose queues begin anew.
 */
async function others(
  tx: Tx,
  before: ChannelObject,
  after: ChannelObject,
  [had, has]: readonly [ChannelGroups, ChannelGroups],
  subscribers: Change['subscribers'],
): Promise<Pick<Change, 'overseers' | 'outsiders'> & { readonly moved: readonly number[] }> {
  const regroups = channelGroupSettings.some((setting) => had[setting] !== has[setting])
  const moves = reach(before) !== reach(after)
  if (!before.invite_only && !after.invite_only && !regroups && !moves)
    return { overseers: [], outsiders: [], moved: [] }
  const overseersBefore = await findOverseers(tx, had)
  const overseersAfter = regroups ? await findOverseers(tx, has) : overseersBefore
  const inside = new Set(subscribers.map((subscriber) => subscriber.user_id))
  const moved = movedByChange({ before, after, overseersBefore, overseersAfter, subscribers: inside })
  // Who knew of a private channel is told that it opens; otherwise it is who knows of it from now on.
  const overseers = (after.invite_only ? overseersAfter : overseersBefore).map((person) => person.userId)
  if (!moves) return { overseers, outsiders: [], moved }
  const know = new Set<number>([...overseers, ...inside])
  const concerned = await findAccounts(tx, learns(before, after))
  return { overseers, outsiders: concerned.filter((id) => !know.has(id)).map(userId), moved }
}

function refusal(reason: Reason): AppError {
  switch (reason) {
    case 'content-needed':
      return badRequest('Channel content access is required.')
    case 'web-public-disabled':
      return badRequest('Web-public channels are not enabled.')
    case 'owners-only':
      return new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization owner')
    default:
      return badRequest('Insufficient permission')
  }
}
