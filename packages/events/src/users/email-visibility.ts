import { type Role, role } from '@parley/access'

/** Weakest role that reads a real e-mail under each setting (Zulip API: email_address_visibility). */
const weakestReader: Readonly<Record<number, Role>> = {
  1: role.guest,
  2: role.member,
  3: role.admin,
  5: role.moderator,
}

/** May a viewer of this role read the real e-mail of an account with this setting? One's own always. */
export function seesEmail(visibility: number, viewerRole: number, own: boolean): boolean {
  const weakest = weakestReader[visibility]
  return own || (weakest !== undefined && viewerRole <= weakest)
}
