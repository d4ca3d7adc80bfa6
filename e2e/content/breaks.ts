/**
 * Ways to make statements fail in the middle, with errors that quote rows wherever Postgres can be brought to it:
 * a policy that casts the row's text to a number says `invalid input syntax … "the text"`, a refused check shows the
 * failing row. Each with what mends it.
 */
export interface Spoilt {
  readonly spoil: readonly string[]
  readonly mend: readonly string[]
}

const quoting = (table: string, text: string): Spoilt => ({
  spoil: [`CREATE POLICY spoilt ON ${table} AS RESTRICTIVE USING (('x' || ${text})::int > 0)`],
  mend: [`DROP POLICY spoilt ON ${table}`],
})
const refusing = (table: string): Spoilt => ({
  spoil: [`ALTER TABLE ${table} ADD CONSTRAINT spoilt CHECK (false) NOT VALID`],
  mend: [`ALTER TABLE ${table} DROP CONSTRAINT spoilt`],
})
const renamed = (kind: 'TABLE' | 'VIEW', of: string, column: string): Spoilt => ({
  spoil: [`ALTER ${kind} ${of} RENAME COLUMN ${column} TO spoilt_${column}`],
  mend: [`ALTER ${kind} ${of} RENAME COLUMN spoilt_${column} TO ${column}`],
})

export const spoilt = {
  /** Writing accounts and credentials: the failing row is shown. */
  accounts: ['auth.users', 'auth.api_keys', 'auth.sessions'].map(refusing),
  settings: ['auth.user_settings_defaults'].map(refusing),
  /** Reading accounts whole; who acts is still found. */
  people: [
    renamed('TABLE', 'auth.users', 'timezone'),
    renamed('VIEW', 'auth.v1_organisation', 'description'),
    renamed('TABLE', 'auth.users', 'avatar_version'),
    renamed('TABLE', 'auth.bot_storage', 'user_id'),
  ],
  channels: [quoting('streams.channels', 'name')],
  groups: [quoting('auth.user_groups', 'name')],
  messages: [quoting('messaging.messages', 'content')],
  names: [renamed('VIEW', 'streams.v1_channels', 'name')],
  // Their ids too, by which one of nobody's would not be found.
  drafts: [
    renamed('TABLE', 'messaging.drafts', 'user_id'),
    renamed('TABLE', 'messaging.snippets', 'user_id'),
    renamed('TABLE', 'messaging.statuses', 'user_id'),
    renamed('TABLE', 'messaging.alert_words', 'user_id'),
    renamed('TABLE', 'messaging.scheduled', 'user_id'),
  ],
  own: [refusing('streams.user_topics'), renamed('TABLE', 'streams.muted_users', 'user_id')],
  folders: [
    renamed('TABLE', 'streams.folders', 'rendered_description'),
    renamed('TABLE', 'streams.default_groups', 'description'),
  ],
  profiles: [
    refusing('auth.profile_fields'),
    renamed('TABLE', 'auth.profile_fields', 'place'),
    renamed('TABLE', 'auth.profile_values', 'field_id'),
    renamed('TABLE', 'auth.playgrounds', 'playground_id'),
    renamed('TABLE', 'auth.domains', 'org_id'),
    renamed('TABLE', 'auth.invitations', 'org_id'),
    renamed('TABLE', 'auth.invitation_secrets', 'org_id'),
    renamed('TABLE', 'auth.email_change_secrets', 'org_id'),
    renamed('TABLE', 'auth.linkifiers', 'org_id'),
    renamed('TABLE', 'auth.navigation_views', 'user_id'),
  ],
  images: [
    renamed('TABLE', 'uploads.emoji', 'org_id'),
    renamed('TABLE', 'uploads.pictures', 'org_id'),
    renamed('TABLE', 'uploads.avatars', 'org_id'),
    renamed('VIEW', 'uploads.v1_avatars', 'org_id'),
  ],
  presence: [renamed('VIEW', 'auth.v1_settings', 'settings')],
  queues: [quoting('gateway.queues', 'spec::text')],
} as const satisfies Record<string, readonly Spoilt[]>
export type Broken = keyof typeof spoilt
