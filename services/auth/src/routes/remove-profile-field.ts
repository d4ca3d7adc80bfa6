import { removeProfileField } from '@parley/api'
import { AppError } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { deleteProfileField } from '../repo/profile-fields.ts'
import { emptyField } from '../repo/profiles.ts'
import { tellFields } from '../tell-lists.ts'

/** What more people had put in is seen by nobody, and goes as they write their profiles: meanwhile everybody waits. */
const mostEmptied = 500

export default route<typeof removeProfileField, AuthContext, OrmTx>(
  removeProfileField,
  administration,
  async ({ input: { field_id: id }, granted, rights, tx }) => {
    // First, as whoever writes a profile does: values locked before the head would wait for each other's.
    await hold(tx, rights)
    if (!(await deleteProfileField(tx, granted, id)))
      throw new AppError('NOT_FOUND', `Field id ${id} not found.`)
    await emptyField(tx, granted, id, mostEmptied)
    await tellFields(tx, granted, 'remove', id)
    return {}
  },
)
