import { type InvitationFacts, role } from '@parley/access'
import { orgId, type Secret, sha256, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Kind = z.enum(['mail', 'link', 'asked'])
export type InvitationKind = z.output<typeof Kind>
const Invitation = z.object({
  invitation_id: z.int(),
  kind: Kind,
  inviter_id: z.int().nullable(),
  parent_id: z.int().nullable(),
  email: z.string().nullable(),
  role: z.literal(Object.values(role)),
  channels: z.array(z.int()),
  groups: z.array(z.int()),
  with_defaults: z.boolean(),
  notify: z.boolean(),
  welcome: z.string().nullable(),
  expires_at: z.date().nullable(),
})
/** An invitation as it was given. */
export type Invitation = z.output<typeof Invitation>

const columns = `i.invitation_id, i.kind, i.inviter_id, i.parent_id, i.email, i.role, i.channels, i.groups, i.with_defaults,
  i.notify, i.welcome, i.expires_at`
/** Neither ended nor run out at `$now`. */
const open = (alias: string, now: string): string =>
  `${alias}.ended_at IS NULL AND (${alias}.expires_at IS NULL OR ${alias}.expires_at > ${now})`

/** The open invitation that a secret belongs to, or null. Whatever is wrong with it, the same is done. */
export async function invitationOf(tx: Tx, secret: Secret, now: Date): Promise<Invitation | null> {
  const [row] = await tx.query(
    Invitation,
    `SELECT ${columns} FROM auth.invitation_secrets s
       JOIN auth.invitations i ON i.org_id = s.org_id AND i.invitation_id = s.invitation_id
     WHERE s.org_id = $1 AND s.sha256 = $2 AND ${open('i', '$3')}`,
    [tx.org, sha256(secret.expose()), now],
  )
  return row ?? null
}

/**
 * Keeps an invitation for whoever uses it, until the transaction ends, and the link that it came by as it is. @returns false
 * where it is not open any more: used meanwhile, taken back, run out, or its link
 */
export async function holdInvitation(
  tx: Tx,
  { invitation_id, parent_id }: Invitation,
  now: Date,
): Promise<boolean> {
  const Found = z.object({ invitation_id: z.int() })
  const held = (lock: 'NO KEY UPDATE' | 'SHARE', id: number) =>
    tx.query(
      Found,
      `SELECT i.invitation_id FROM auth.invitations i
       WHERE i.org_id = $1 AND i.invitation_id = $2 AND ${open('i', '$3')} FOR ${lock}`,
      [tx.org, id, now],
    )
  if (parent_id !== null && (await held('SHARE', parent_id)).length === 0) return false
  return (await held('NO KEY UPDATE', invitation_id)).length === 1
}

const ToSend = Invitation.extend({ email: z.string(), inviter: z.string().nullable() })
/** An invitation about which a mail is sent, with who is named in it. */
export type InvitationToSend = z.output<typeof ToSend>

/**
 * An invitation that is open, with the names a mail about it has; null where it or its link is not open any more, or
 * somebody has the address meanwhile. It stays open until the transaction ends.
 */
export async function invitationToSend(tx: Tx, id: number, now: Date): Promise<InvitationToSend | null> {
  const [row] = await tx.query(
    ToSend,
    `SELECT ${columns}, CASE WHEN i.kind = 'mail' THEN u.full_name END AS inviter
     FROM auth.invitations i LEFT JOIN auth.users u ON u.org_id = i.org_id AND u.user_id = i.inviter_id
     LEFT JOIN auth.invitations p ON p.org_id = i.org_id AND p.invitation_id = i.parent_id
     WHERE i.org_id = $1 AND i.invitation_id = $2 AND i.email IS NOT NULL AND ${open('i', '$3')}
       AND (p.invitation_id IS NULL OR ${open('p', '$3')})
       AND NOT EXISTS (SELECT FROM auth.users h WHERE h.org_id = i.org_id AND h.email_key = i.email_key)
     FOR NO KEY UPDATE OF i`,
    [tx.org, id, now],
  )
  return row ?? null
}

/** What decides about an open invitation of a kind, and whose it is; of one that there is not, what stands for it. */
export async function invitationFacts(
  tx: Tx,
  id: number,
  kind: 'mail' | 'link',
  now: Date,
): Promise<InvitationFacts> {
  const [row] = await tx.query(
    z.object({ inviter_id: z.int(), role: z.literal(Object.values(role)) }),
    `SELECT i.inviter_id, i.role FROM auth.invitations i
     WHERE i.org_id = $1 AND i.invitation_id = $2::bigint AND i.kind = $4 AND ${open('i', '$3')}`,
    [tx.org, id, now, kind],
  )
  return row
    ? { orgId: tx.org, inviterId: userId(row.inviter_id), role: row.role }
    : { orgId: orgId(0), inviterId: userId(0), role: role.guest }
}

/** Those of the addresses (as they are compared) that somebody has, and whether that account is in use. */
export async function whoHas(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const rows = await tx.query(
    z.object({ email_key: z.string(), is_active: z.boolean() }),
    'SELECT email_key, is_active FROM auth.users WHERE org_id = $1 AND email_key = ANY ($2)',
    [tx.org, keys],
  )
  return new Map(rows.map((row) => [row.email_key, row.is_active]))
}
