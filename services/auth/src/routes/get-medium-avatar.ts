import { getMediumAvatar } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { leadToAvatar } from '../lead-to-avatar.ts'

export default route<typeof getMediumAvatar, AuthContext, OrmTx>(getMediumAvatar, leadToAvatar('medium'))
