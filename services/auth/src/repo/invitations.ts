import { type Granted, type InvitationAtom, isAdmin, isOwner, listRules, role } from '@parley/access'
import { maxOpen } from '@parley/api'
import { only, predicateSql, type Tx } from '@parley/db'
import { z } from 'zod'

const Id = z.object({ invitation_id: z.int() })

/** What whoever comes in by an invitation gets. */
export interface Gifts {
  readonly channels: readonly number[]
  readonly groups: readonly number[]
  readonly withDefaults: boolean
  readonly welcome: string | null
}
interface Given extends Gifts {
  /** Null for a link. */
  readonly email: string | null
  readonly notify: boolean
  readonly at: Date
  readonly expires: Date | null
  /** Is it over as it is made? */
  readonly moot?: boolean
}

/** Adds an invitation of who acts. @returns its id */
export const insertInvitation = (tx: Tx, { actor, object }: Granted<'invitation:create'>, given: Given) =>
  insert(tx, given, {
    kind: object.multiuse ? 'link' : 'mail',
    inviter: actor.userId,
    parent: null,
    as: object.role,
  })

/** Adds what somebody asked for who comes by a link (`by`), or of their own accord. @returns its id */
export const insertAsked = (
  tx: Tx,
  { object }: Granted<'user:join'>,
  given: Given,
  by: { readonly invitation_id: number; readonly inviter_id: number | null } | null,
) =>
  insert(tx, given, {
    kind: 'asked',
    inviter: by?.inviter_id ?? null,
    parent: by?.invitation_id ?? null,
    as: object.role,
  })

async function insert(
  tx: Tx,
  given: Given,
  from: {
    readonly kind: string
    readonly inviter: number | null
    readonly parent: number | null
    readonly as: number
  },
): Promise<number> {
  await purge(tx, given.at)
  const rows = await tx.query(
    Id,
    `INSERT INTO auth.invitations (org_id, kind, inviter_id, parent_id, email, role, channels, groups, with_defaults,
       notify, welcome, invited_at, expires_at, ended_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING invitation_id`,
    [
      tx.org,
      from.kind,
      from.inviter,
      from.parent,
      given.email,
      from.as,
      given.channels,
      given.groups,
      given.withDefaults,
      given.notify,
      given.welcome,
      given.at,
      given.expires,
      given.moot === true ? given.at : null,
    ],
  )
  return only(rows).invitation_id
}

/** How long invitations are kept that are over, days, and how many go at a time. */
const [keptDays, mostAtOnce] = [30, 100]

/** Deletes some of those that have been over for so long, a link once nothing is left that came by it. */
async function purge(tx: Tx, now: Date): Promise<void> {
  await tx.execute(
    `WITH over AS MATERIALIZED (
       SELECT i.invitation_id FROM auth.invitations i
       WHERE i.org_id = $1 AND i.open_until < $2::timestamptz - $3 * interval '1 day'
         AND NOT EXISTS (SELECT FROM auth.invitations c WHERE c.org_id = i.org_id AND c.parent_id = i.invitation_id)
       ORDER BY i.open_until LIMIT $4),
     secrets AS (
       DELETE FROM auth.invitation_secrets s USING over
       WHERE s.org_id = $1 AND s.invitation_id = over.invitation_id),
     mails AS (
       DELETE FROM auth.mails m USING over WHERE m.org_id = $1 AND m.invitation_id = over.invitation_id)
     DELETE FROM auth.invitations i USING over WHERE i.org_id = $1 AND i.invitation_id = over.invitation_id`,
    [tx.org, now, keptDays, mostAtOnce],
  )
}

const atoms: Readonly<Record<InvitationAtom, string>> = {
  own: 'i.inviter_id = $2',
  admin: '$3::boolean',
  owner: '$4::boolean',
  'for-owners': `i.role = ${role.owner}`,
}

const Listed = z.object({
  id: z.int(),
  inviter_id: z.int(),
  email: z.string().nullable(),
  role: z.literal(Object.values(role)),
  notify: z.boolean(),
  invited_at: z.date(),
  expires_at: z.date().nullable(),
})
export type ListedInvitation = z.output<typeof Listed>

/** The open invitations that who acts sees, in the order in which they were given. */
export const listInvitations = (
  tx: Tx,
  { actor }: Granted<'invitation:list'>,
  now: Date,
): Promise<ListedInvitation[]> =>
  tx.query(
    Listed,
    `SELECT i.invitation_id AS id, i.inviter_id, i.email, i.role, i.notify, i.invited_at, i.expires_at
     FROM auth.invitations i
     WHERE i.org_id = $1 AND i.kind <> 'asked' AND i.ended_at IS NULL AND i.open_until > $5
       AND ${predicateSql(listRules['invitation:manage'], atoms)}
     ORDER BY i.invitation_id LIMIT $6`,
    [tx.org, actor.userId, isAdmin(actor), isOwner(actor), now, maxOpen],
  )

/** Takes an invitation back. @returns false where it has ended meanwhile */
export async function endInvitation(
  tx: Tx,
  _: Granted<'invitation:manage'>,
  id: number,
  at: Date,
): Promise<boolean> {
  const ended = await tx.execute(
    'UPDATE auth.invitations SET ended_at = $3 WHERE org_id = $1 AND invitation_id = $2 AND ended_at IS NULL',
    [tx.org, id, at],
  )
  return ended === 1
}

/** What is still to be sent of an invitation is not, and nothing that was sent opens it any more. */
export async function recallInvitation(
  tx: Tx,
  _: Granted<'invitation:manage'>,
  invitation: number,
): Promise<void> {
  const of = [tx.org, invitation]
  await tx.execute('DELETE FROM auth.mails WHERE org_id = $1 AND invitation_id = $2', of)
  await tx.execute('DELETE FROM auth.invitation_secrets WHERE org_id = $1 AND invitation_id = $2', of)
}

/**
 * Ends whatever was sent to an address that an account has from now on. @returns who had invited it, each once
 */
export async function endInvitationsTo(
  tx: Tx,
  { object: { address } }: Granted<'user:join'> | Granted<'user:create'> | Granted<'self:readdress'>,
  at: Date,
): Promise<readonly number[]> {
  const rows = await tx.query(
    z.object({ inviter_id: z.int() }),
    `WITH ended AS (
       UPDATE auth.invitations SET ended_at = $3 WHERE org_id = $1 AND email_key = $2 AND ended_at IS NULL
       RETURNING kind, inviter_id, expires_at)
     SELECT DISTINCT inviter_id FROM ended WHERE kind = 'mail' AND coalesce(expires_at, 'infinity') > $3
     ORDER BY inviter_id`,
    [tx.org, `${address.local}@${address.domain}`, at],
  )
  return rows.map((row) => row.inviter_id)
}

/** Ends the invitations of somebody who is taken out of use. @returns whether there were any */
export async function endInvitationsOf(
  tx: Tx,
  { object }: Granted<'user:deactivate'> | Granted<'user:leave'>,
  at: Date,
): Promise<boolean> {
  const ended = await tx.execute(
    'UPDATE auth.invitations SET ended_at = $3 WHERE org_id = $1 AND inviter_id = $2 AND ended_at IS NULL',
    [tx.org, object.userId, at],
  )
  return ended > 0
}
