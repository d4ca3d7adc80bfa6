import type { Granted } from '@parley/access'
import { type Secret, sha256 } from '@parley/core'
import type { OrmTx } from '@parley/db'

/** Prisma takes bytes over their own memory only; a Buffer may share its own with others. */
const hashed = (secret: Secret): Uint8Array<ArrayBuffer> => Uint8Array.from(sha256(secret.expose()))

/** Keeps the hash of an account's new API key. @returns the key's number */
export async function insertApiKey(
  tx: OrmTx,
  granted: Granted<'self:use'> | Granted<'self:set'>,
  key: Secret,
  createdAt: Date,
): Promise<number> {
  const { orgId, userId } = granted.actor
  const { keyId } = await tx.orm.apiKey.create({ data: { orgId, userId, sha256: hashed(key), createdAt } })
  return Number(keyId)
}

/** Ends every API key of the account that acts. */
export async function endApiKeys(tx: OrmTx, granted: Granted<'self:set'>, endedAt: Date): Promise<void> {
  const { orgId, userId } = granted.actor
  await tx.orm.apiKey.updateMany({ where: { orgId, userId, endedAt: null }, data: { endedAt } })
}

export interface NewSession {
  readonly token: Secret
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** Keeps the hash of a new session's token. @returns the session's number */
export async function insertSession(
  tx: OrmTx,
  granted: Granted<'self:use'>,
  { token, createdAt, expiresAt }: NewSession,
): Promise<number> {
  const { orgId, userId } = granted.actor
  const { sessionId } = await tx.orm.session.create({
    data: { orgId, userId, sha256: hashed(token), createdAt, expiresAt },
  })
  return Number(sessionId)
}

/** Ends one session of the account that acts. @returns whether it was still open */
export async function endSession(
  tx: OrmTx,
  granted: Granted<'self:use'>,
  sessionId: number,
  endedAt: Date,
): Promise<boolean> {
  const { orgId, userId } = granted.actor
  const { count } = await tx.orm.session.updateMany({
    where: { orgId, userId, sessionId, endedAt: null },
    data: { endedAt },
  })
  return count === 1
}

/** Keeps the same password under newer parameters; where it was changed meanwhile, that stays. */
export async function rehashPassword(
  tx: OrmTx,
  granted: Granted<'self:use'>,
  from: string,
  to: string,
): Promise<void> {
  const { orgId, userId } = granted.actor
  await tx.orm.password.updateMany({ where: { orgId, userId, hash: from }, data: { hash: to } })
}

/** What the account that acts signs in with, and what a new password of it is held against. */
export async function readOwnPassword(tx: OrmTx, { actor: { orgId, userId } }: Granted<'self:set'>) {
  const where = { orgId_userId: { orgId, userId } }
  const [kept, { fullName, deliveryEmail }] = [
    await tx.orm.password.findUnique({ where }),
    await tx.orm.user.findUniqueOrThrow({ where }),
  ]
  return { hash: kept?.hash ?? null, fullName, deliveryEmail }
}

/** Puts another in the place of the password that was checked. @returns false where that is another by now */
export async function replacePassword(
  tx: OrmTx,
  granted: Granted<'self:set'>,
  was: string,
  { hash, changedAt }: { readonly hash: string; readonly changedAt: Date },
): Promise<boolean> {
  const { orgId, userId } = granted.actor
  const where = { orgId, userId, hash: was }
  return (await tx.orm.password.updateMany({ where, data: { hash, changedAt } })).count === 1
}

/** Ends every session of the account that acts. @param kept the number of one that stays; null for none */
export async function endOtherSessions(
  tx: OrmTx,
  granted: Granted<'self:set'>,
  kept: number | null,
  endedAt: Date,
): Promise<void> {
  const { orgId, userId } = granted.actor
  const but = kept === null ? {} : { NOT: { sessionId: kept } }
  await tx.orm.session.updateMany({ where: { orgId, userId, endedAt: null, ...but }, data: { endedAt } })
}
