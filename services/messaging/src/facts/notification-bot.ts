import { type Actor, role } from '@parley/access'
import { rights as asRights, type Rights, userId } from '@parley/core'
import { KeptRealmGroups, only, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ user_id: z.int(), rights: z.coerce.number().int(), permissions: KeptRealmGroups })

/** The organisation's own bot as who acts, and the rights it was read under. It is in no group and may do nothing but speak. */
export async function readNotificationBot(
  tx: Tx,
): Promise<{ readonly actor: Actor; readonly rights: Rights }> {
  const row = only(
    await tx.query(
      Row,
      `SELECT b.user_id, h.rights, p.permissions
         FROM auth.v1_system_bots b
         JOIN events.head h ON h.org_id = b.org_id
         LEFT JOIN auth.v1_permissions p ON p.org_id = b.org_id
        WHERE b.org_id = $1`,
      [tx.org],
    ),
  )
  return {
    actor: {
      orgId: tx.org,
      userId: userId(row.user_id),
      role: role.member,
      isActive: true,
      isBot: true,
      isSystemBot: true,
      botOwnerId: null,
      generation: 0,
      groups: new Set(),
      realmGroups: row.permissions,
    },
    rights: asRights(row.rights),
  }
}
