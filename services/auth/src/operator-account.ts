import { anyAddress, authorize, operator, type Role } from '@parley/access'
import { AppError, Secret, userId } from '@parley/core'
import { type OrmTx, readActor, readRights } from '@parley/db'
import { keyCreated, make, type NewEvent } from '@parley/events'
import { addAccount, type NewAccount } from './add-account.ts'
import { type AuthContext, now } from './context.ts'
import { addressFacts } from './facts/address.ts'
import { joinedNewChannels } from './come-in.ts'
import { invitationsEnded } from './invitation-events.ts'
import { insertApiKey } from './repo/credentials.ts'
import { endInvitationsTo } from './repo/invitations.ts'
import { newApiKey } from './rules/api-key.ts'
import { turnOfAccounts } from './sight.ts'

/**
 * Adds an account in the operator's name and gives it an API key, which only this answer shows.
 * @returns the account's number and key, and what the caller appends last, under which rights
 */
export async function operatorAccount(
  ctx: AuthContext,
  tx: OrmTx,
  role: Role,
  account: NewAccount,
): Promise<{ user: number; email: string; apiKey: string; events: NewEvent[] }> {
  await turnOfAccounts(tx)
  const allowed = authorize(
    'user:create',
    operator(tx.org),
    { role, operatorAllows: true, address: addressFacts(anyAddress, account.email) },
    await readRights(tx),
  )
  if (!allowed.ok) throw refused()
  const inviters = await endInvitationsTo(tx, allowed.granted, now(ctx.clock))
  const { row, events } = await addAccount(ctx, tx, allowed.granted, account)
  const { actor, rights } = await readActor(tx, userId(row.userId))
  const own = actor && authorize('self:use', actor, null, rights)
  if (!own?.ok) throw refused()
  const key = newApiKey(ctx.ids)
  const keyId = await insertApiKey(tx, own.granted, new Secret(key), now(ctx.clock))
  const given = make(keyCreated, { user_id: row.userId, key_id: keyId, method: 'operator' as const })
  const told = await invitationsEnded(tx, inviters)
  const joined = await joinedNewChannels(tx, allowed.granted, row, { defaults: true, channels: [] })
  return {
    user: row.userId,
    email: row.deliveryEmail,
    apiKey: key,
    events: [...events, given, ...told, ...joined],
  }
}

const refused = (): AppError => new AppError('BAD_REQUEST', 'Insufficient permission')

/** The hash of a password whose strength the caller has checked; null where none is wanted. */
export const hashed = (ctx: AuthContext, password: string | null): Promise<string | null> =>
  password === null ? Promise.resolve(null) : ctx.hasher.hash(new Secret(password))
