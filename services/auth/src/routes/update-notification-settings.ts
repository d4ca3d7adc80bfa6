import { updateNotificationSettings } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { setOwn } from '../set-own.ts'

export default route<typeof updateNotificationSettings, AuthContext, OrmTx>(
  updateNotificationSettings,
  setOwn,
)
