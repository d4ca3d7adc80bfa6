import { type Actor, decide, isAdmin, isGuest, isOwner, role } from '@parley/access'
import {
  avatarSource,
  avatarUrl,
  type Linkifier,
  mediumAvatarUrl,
  type NavigationView,
  type Playground,
  type ProfileData,
  type ProfileField,
  profileFieldTypes,
  type RealmDomain,
  type SettingValues,
  type SnapshotRequest,
  type UserGroupObject,
} from '@parley/api'
import { type Sight, sees } from '@parley/db'
import type { BotRow } from '../repo/bots.ts'
import type { Organisation } from '../repo/organisations.ts'
import type { SystemBotRow } from '../repo/system-bot.ts'
import type { AccountRow, ListedRow } from '../repo/users.ts'
import { realmState } from './organisation.ts'
import type { RealmPermissionValues } from './realm-permissions.ts'
import { botObject } from './bot.ts'
import { listedPerson, ownPerson, systemBot, unknownListed } from './person.ts'
import { systemUserGroups } from './user-groups.ts'
import { legacyDisplaySettings, legacyNotificationSettings, settingsObject } from './user-settings.ts'

export interface SnapshotFacts {
  readonly organisation: Organisation
  readonly viewer: Actor
  readonly accounts: readonly ListedRow[]
  readonly sight: Sight
  readonly systemBots: readonly SystemBotRow[]
  /** To whom the organisation gives its permissions. */
  readonly permissions: RealmPermissionValues
  /** The groups that people made. */
  readonly groups: readonly UserGroupObject[]
  /** By account. */
  readonly profiles: ReadonlyMap<number, ProfileData>
  readonly profileFields: readonly ProfileField[]
  readonly domains: readonly RealmDomain[]
  readonly playgrounds: readonly Playground[]
  readonly linkifiers: readonly Linkifier[]
  /** Those that the viewer has the say over. */
  readonly bots: readonly BotRow[]
  /** The viewer's own. */
  readonly navigationViews: readonly NavigationView[]
  /** Did the viewer give themselves a picture? */
  readonly ownAvatar: boolean
  /** The viewer's own. */
  readonly settings: SettingValues
  /** What new accounts begin with. */
  readonly defaults: SettingValues
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** Does the server let there be web-public channels? */
  readonly webPublic: boolean
}
type Asked = Pick<SnapshotRequest, 'types' | 'capabilities' | 'url'>
type Section = (facts: SnapshotFacts, asked: Asked) => Record<string, unknown>

const constant =
  (keys: Record<string, unknown>): Section =>
  () =>
    keys

/** What the weakest of those who may invite may. */
const anybody = { multiuse: false, role: role.member, welcomes: false } as const

/** Which keys come with which event type (Zulip API: `fetch_event_types` of register-queue). */
const sections: Readonly<Record<string, Section>> = {
  custom_profile_fields: ({ profileFields }) => ({
    custom_profile_fields: profileFields,
    custom_profile_field_types: profileFieldTypes,
  }),
  giphy: constant({ giphy_api_key: '' }),
  navigation_views: ({ navigationViews }) => ({ navigation_views: navigationViews }),
  onboarding_steps: constant({ onboarding_steps: [], navigation_tour_video_url: null }),
  push_device: constant({ push_devices: {} }),
  realm: ({ organisation, permissions, webPublic }, { url }) =>
    realmState(organisation, permissions, url, webPublic),
  realm_billing: constant({ realm_billing: { has_pending_sponsorship_request: false } }),
  realm_bot: ({ bots }) => ({ realm_bots: bots.map(botObject) }),
  realm_domains: ({ domains }) => ({ realm_domains: domains }),
  realm_embedded_bots: constant({ realm_embedded_bots: [] }),
  realm_filters: constant({ realm_filters: [] }),
  realm_incoming_webhook_bots: constant({ realm_incoming_webhook_bots: [] }),
  realm_linkifiers: ({ linkifiers }, { capabilities }) => ({
    realm_linkifiers: capabilities.linkifier_url_template ? linkifiers : [],
  }),
  realm_playgrounds: ({ playgrounds }) => ({ realm_playgrounds: playgrounds }),
  realm_user: people,
  realm_user_groups: ({ accounts, groups, organisation, sight }) => ({
    realm_user_groups: [
      ...systemUserGroups(accounts, Math.floor(organisation.created_at.getTime() / 1000)),
      ...groups,
    ].map((group) => ({ ...group, members: group.members.filter((user) => sees(sight, user)) })),
  }),
  realm_user_settings_defaults: ({ defaults }) => ({
    realm_user_settings_defaults: settingsObject(defaults),
  }),
  stop_words: constant({ stop_words: [] }),
  update_display_settings: (facts, { capabilities }) =>
    capabilities.user_settings_object
      ? {}
      : { ...legacyDisplaySettings(facts.settings), timezone: own(facts).timezone },
  update_global_notifications: ({ settings }, { capabilities }) =>
    capabilities.user_settings_object ? {} : legacyNotificationSettings(settings),
  user_settings: (facts) => ({
    user_settings: { ...settingsObject(facts.settings), timezone: own(facts).timezone },
  }),
  video_calls: constant({ has_zoom_token: false }),
}

export const sectionTypes: readonly string[] = Object.keys(sections)

/** What shows everybody; all else shows the viewer alone. */
const showEverybody = new Set(['realm_user', 'realm_user_groups'])

/** Must `accounts` hold more than the viewer's own? */
export const needsEverybody = (types: Asked['types']): boolean =>
  types?.some((type) => showEverybody.has(type)) ?? true

/** Must `groups` be filled? */
export const needsGroups = (types: Asked['types']): boolean => types?.includes('realm_user_groups') ?? true

/** Must `bots` be filled? */
export const needsBots = (types: Asked['types']): boolean => types?.includes('realm_bot') ?? true

/** The part of `register`'s answer about people and the organisation. */
export function authState(facts: SnapshotFacts, asked: Asked): Record<string, unknown> {
  const wanted = asked.types ? new Set(asked.types) : null
  const parts = Object.entries(sections).filter(([type]) => !wanted || wanted.has(type))
  return Object.assign({}, ...parts.map(([, section]) => section(facts, asked))) as Record<string, unknown>
}

function own({ accounts, viewer }: SnapshotFacts): AccountRow {
  const row = accounts.find((account) => account.userId === viewer.userId)
  if (!row) throw new Error('the viewer is not among the accounts')
  return row
}

function people(facts: SnapshotFacts, { capabilities }: Asked): Record<string, unknown> {
  const { viewer, accounts, profiles, sight } = facts
  const row = own(facts)
  const profileOf = ({ userId }: AccountRow): ProfileData => profiles.get(userId) ?? {}
  const self = ownPerson(row, profileOf(row))
  // Who is not seen is listed as in use: nothing of an account that is not seen ever changes.
  const unseen = capabilities.user_list_incomplete
    ? []
    : accounts.filter((a) => !sees(sight, a.userId)).map((a) => unknownListed(a.userId))
  const listed = (active: boolean) =>
    accounts
      .filter((a) => a.isActive === active && sees(sight, a.userId))
      .map((a) => listedPerson(a, viewer, profileOf(a)))
  return {
    realm_users: [...listed(true), ...unseen].sort((a, b) => a.user_id - b.user_id),
    realm_non_active_users: listed(false),
    cross_realm_bots: facts.systemBots.map(systemBot),
    user_id: self.user_id,
    email: self.email,
    delivery_email: self.delivery_email,
    full_name: self.full_name,
    avatar_source: avatarSource(facts.ownAvatar),
    avatar_url: avatarUrl(row.userId, row.avatarVersion),
    avatar_url_medium: mediumAvatarUrl(row.userId, row.avatarVersion),
    is_owner: isOwner(viewer),
    is_admin: isAdmin(viewer),
    is_moderator: viewer.role === role.moderator,
    is_guest: isGuest(viewer),
    can_invite_others_to_realm: decide('invitation:create', viewer, anybody).ok,
  }
}
