import type { Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, userStatusChanged } from '@parley/events'
import { readOwnEmoji } from './facts/own-emoji.ts'
import { writeStatus } from './repo/statuses.ts'
import { type GivenStatus, wantedStatus } from './rules/wanted-status.ts'

/**
 * Sets what is given of the status that the proof is about, and tells everybody where that changes it.
 * @throws AppError BAD_REQUEST
 */
export async function setStatus(
  tx: Tx,
  granted: Granted<'self:set'> | Granted<'user:rename'>,
  rights: Rights,
  given: GivenStatus,
): Promise<Record<string, never>> {
  const { emoji_name: name, emoji_code: code, reaction_type: type } = given
  const own = name === undefined ? [] : await readOwnEmoji(tx, { name, code, type })
  const change = wantedStatus(given, own)
  const { user, changed } = await writeStatus(tx, granted, change)
  if (changed) await append(tx, rights, [make(userStatusChanged, { user_id: user, ...change })])
  return {}
}
