/**
 * `deny` is told with its reason; `hide` is told exactly as if the object did not exist.
 * Reasons are codes for tests, logs and the policy table, never shown to clients.
 */
export type Decision =
  | { readonly ok: true }
  | { readonly ok: false; readonly kind: 'deny' | 'hide'; readonly reason: Reason }

export type Reason =
  | 'other-org'
  | 'inactive'
  | 'unknown-channel'
  | 'archived'
  | 'admins-only'
  | 'web-public-disabled'
  | 'owners-only'
  | 'operator-must-allow'
  | 'guests-may-not'
  | 'posting-restricted'
  | 'not-subscribed'
  | 'last-owner'
  | 'people-only'
  | 'no-history'
  | 'not-participant'
  | 'recipient-inactive'
  | 'direct-not-permitted'
  | 'direct-not-begun'
  | 'unknown-user'
  | 'not-met'
  | 'not-own'
  | 'not-sender'
  | 'editing-disabled'
  | 'too-late'
  | 'moving-restricted'
  | 'deleting-restricted'
  | 'bots-may-not'
  | 'bots-only'
  | 'unknown-bot'
  | 'above-own'
  | 'above-owner'
  | 'not-permitted'
  | 'unknown-group'
  | 'system-group'
  | 'group-inactive'
  | 'content-needed'
  | 'server-only'
  | 'kept'
  | 'unknown-invitation'
  | 'not-invited'
  | 'address-outside'
  | 'address-plus'
  | 'address-disposable'
  | 'address-kept'
  | 'spectators-off'

export const allow = (): Decision => ({ ok: true })
export const deny = (reason: Reason): Decision => ({ ok: false, kind: 'deny', reason })
export const hide = (reason: Reason): Decision => ({ ok: false, kind: 'hide', reason })
export const allowIf = (ok: boolean, otherwise: Decision): Decision => (ok ? allow() : otherwise)
