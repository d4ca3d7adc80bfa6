import type { Granted } from '@parley/access'
import { type Ids, Secret } from '@parley/core'
import { type Key, keyBytes, seal, unseal } from '@parley/crypto'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

export const Bytes = z.instanceof(Uint8Array)
const about = (org: number): string => `uploads key of organisation ${org}`

/** An organisation's key, out of what is kept of it. @throws AppError INTERNAL where the master key is another one */
export const unwrapKey = (masterKey: Key, org: number, wrapped: Uint8Array): Key =>
  new Secret<Uint8Array>(unseal(masterKey, wrapped, about(org)))

/** The organisation's key, made where it has none yet. */
export async function organisationKey(
  tx: Tx,
  _: Granted<'emoji:add'> | Granted<'organisation:change'> | Granted<'self:depict'> | Granted<'bot:list'>,
  { masterKey, ids }: { readonly masterKey: Key; readonly ids: Ids },
): Promise<Key> {
  const fresh = seal(masterKey, ids.bytes(keyBytes), about(tx.org), ids.bytes(12))
  await tx.execute('INSERT INTO uploads.keys (org_id, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    tx.org,
    fresh,
  ])
  const row = only(
    await tx.query(z.object({ wrapped: Bytes }), 'SELECT wrapped FROM uploads.keys WHERE org_id = $1', [
      tx.org,
    ]),
  )
  return unwrapKey(masterKey, tx.org, row.wrapped)
}
