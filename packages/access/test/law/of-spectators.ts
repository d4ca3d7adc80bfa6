/** Section 2 of the rules, "Spectator (no login)": what somebody without an account is shown. */
import type { Channel, Message, Organisation } from './organisation.ts'

/**
 * "realm.enable_spectator_access and server switch …; only channels with is_web_public, not private, shared history". ADR 57: not
 * archived ones, "all writes fail as if it did not exist" being no permission to read for who has no account.
 */
export function seesChannel(o: Organisation, c: Channel): boolean {
  return o.realm.spectators && c.webPublic && !c.private && c.sharedHistory && !c.archived
}

/** A direct message is nobody's who is not in it. */
export function seesMessage(o: Organisation, m: Message): boolean {
  const c = m.channel === null ? undefined : o.channels.get(m.channel)
  return c !== undefined && seesChannel(o, c)
}
