import type { NewInvitation, Role } from '@parley/access'
import type { Gifts } from './repo/invitations.ts'

/** What both operations that invite are asked with. */
interface Asked {
  readonly invite_as: Role
  readonly invite_expires_in_minutes: number | null
  readonly stream_ids: readonly number[]
  readonly group_ids: readonly number[]
  readonly include_realm_default_subscriptions: boolean
  readonly welcome_message_custom_text?: string | undefined
}

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b)
/** A blank text is that nothing is said; null that the organisation's own is. */
const welcomeOf = (asked: Asked): string | null => asked.welcome_message_custom_text?.trim() ?? null

/** What decides whether somebody may give it. */
export const wantedInvitation = (asked: Asked, multiuse: boolean): NewInvitation => ({
  multiuse,
  role: asked.invite_as,
  welcomes: welcomeOf(asked) !== null,
})

/** What those who come in by it get, and until when it is good. */
export const giftsOf = (
  asked: Asked,
  at: Date,
): Gifts & { readonly at: Date; readonly expires: Date | null } => ({
  channels: distinct(asked.stream_ids),
  groups: distinct(asked.group_ids),
  withDefaults: asked.include_realm_default_subscriptions,
  welcome: welcomeOf(asked),
  at,
  expires:
    asked.invite_expires_in_minutes === null
      ? null
      : new Date(at.getTime() + asked.invite_expires_in_minutes * 60_000),
})
