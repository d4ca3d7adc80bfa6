import { removeLinkifier } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { readLinkifiers, writeLinkifiers } from '../repo/linkifiers.ts'
import { tellLinkifiers } from '../tell-lists.ts'

export default route<typeof removeLinkifier, AuthContext, OrmTx>(
  removeLinkifier,
  administration,
  async ({ input: { filter_id: id }, granted, rights, tx }) => {
    await hold(tx, rights)
    const all = await readLinkifiers(tx, granted)
    const others = all.filter((linkifier) => linkifier.id !== id)
    if (others.length === all.length) throw badRequest('Linkifier not found.')
    await writeLinkifiers(tx, granted, others)
    await tellLinkifiers(tx, granted, 'remove', id)
    return {}
  },
)
