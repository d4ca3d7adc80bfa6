import { type getAvatar, unknownAvatar } from '@parley/api'
import type { OrmTx } from '@parley/db'
import type { Handling } from '@parley/kit'
import type { AuthContext } from './context.ts'
import { findAvatar } from './repo/avatars.ts'

type Leading = Handling<typeof getAvatar, AuthContext, OrmTx>

/** Leads to somebody's picture; for who is not seen, is another organisation's or was never there to one and the same. */
export const leadToAvatar =
  (size: 'small' | 'medium') =>
  async ({ input, granted, tx }: Leading): Promise<{ url: string }> => {
    const named = input.user_id_or_email
    const found = await findAvatar(tx, granted, /^\d{1,15}$/.test(named) ? Number(named) : named, size)
    return { url: found ?? unknownAvatar }
  }
