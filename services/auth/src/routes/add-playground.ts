import { addPlayground, maxPlaygrounds } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { insertPlayground, readPlaygrounds } from '../repo/playgrounds.ts'
import { newPlayground } from '../rules/playground.ts'
import { tellPlaygrounds } from '../tell-lists.ts'

export default route<typeof addPlayground, AuthContext, OrmTx>(
  addPlayground,
  administration,
  async ({ input, granted, rights, tx }) => {
    await hold(tx, rights)
    const all = await readPlaygrounds(tx, granted)
    if (all.length >= maxPlaygrounds) throw badRequest(`Too many playgrounds (limit: ${maxPlaygrounds})`)
    const id = await insertPlayground(tx, granted, newPlayground(input, all))
    await tellPlaygrounds(tx, granted, 'add', id)
    return { id }
  },
)
