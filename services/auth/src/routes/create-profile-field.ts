import { createProfileField, maxProfileFields } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { insertProfileField, readProfileFields } from '../repo/profile-fields.ts'
import { newField } from '../rules/profile-field.ts'
import { tellFields } from '../tell-lists.ts'

export default route<typeof createProfileField, AuthContext, OrmTx>(
  createProfileField,
  administration,
  async ({ input: { field_type: type, ...given }, granted, rights, tx }) => {
    await hold(tx, rights)
    const fields = await readProfileFields(tx, granted)
    if (fields.length >= maxProfileFields) throw badRequest(`Too many fields (limit: ${maxProfileFields})`)
    const id = await insertProfileField(tx, granted, newField(type, given, fields))
    await tellFields(tx, granted, 'add', id)
    return { id }
  },
)
