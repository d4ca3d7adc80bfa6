import { updateStatus } from '@parley/api'
import type { Tx } from '@parley/db'
import { accountSet, append, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { showPresence } from '../repo/presence-people.ts'
import { setStatus } from '../set-status.ts'

export default route<typeof updateStatus, Context, Tx>(
  updateStatus,
  async ({ input: { away, ...status }, granted, rights, tx }) => {
    // Rows before the head, which setting a status takes.
    const changed = away !== undefined && (await showPresence(tx, granted, !away))
    if (away === undefined || Object.values(status).some((given) => given !== undefined))
      await setStatus(tx, granted, rights, status)
    const set = { property: 'presence_enabled', value: away === false }
    if (changed) await append(tx, rights, [make(accountSet, set, { users: [granted.actor.userId] })])
    return {}
  },
)
