import { updateProfileField } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold, make, profileChanged } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { readProfileFields, writeProfileField } from '../repo/profile-fields.ts'
import { emptyFieldOf, whoHas } from '../repo/profiles.ts'
import { changedField, optionKeys } from '../rules/profile-field.ts'
import { tellFields } from '../tell-lists.ts'

/** Everybody who chose an option that goes is told of while everybody waits. */
const mostLosing = 1_000

export default route<typeof updateProfileField, AuthContext, OrmTx>(
  updateProfileField,
  administration,
  async ({ input: { field_id: id, ...given }, granted, rights, tx }) => {
    await hold(tx, rights)
    const fields = await readProfileFields(tx, granted)
    const before = fields.find((field) => field.id === id)
    if (!before) throw new AppError('NOT_FOUND', `Field id ${id} not found.`)
    const others = fields.filter((field) => field !== before)
    const after = changedField(before, given, others)
    if (JSON.stringify({ ...before, ...after }) === JSON.stringify(before)) return {}
    const kept = new Set(optionKeys(after))
    const gone = optionKeys(before).filter((option) => !kept.has(option))
    const losing = gone.length === 0 ? [] : await whoHas(tx, granted, id, gone, mostLosing + 1)
    if (losing.length > mostLosing) throw badRequest('Too many people have chosen what would be taken away')
    await writeProfileField(tx, granted, id, after)
    if (losing.length > 0) await emptyFieldOf(tx, granted, id, losing)
    const empty = { id, value: null, rendered_value: null }
    const emptied = losing.map((user) => make(profileChanged, { user_id: user, field: empty }))
    await tellFields(tx, granted, 'update', id, emptied)
    return {}
  },
)
