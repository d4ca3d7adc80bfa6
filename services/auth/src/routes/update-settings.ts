import { updateSettings } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { setOwn } from '../set-own.ts'

export default route<typeof updateSettings, AuthContext, OrmTx>(updateSettings, setOwn)
