import { unmuteUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, make, mutedUsersSet } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { isPerson } from '../facts/people.ts'
import { readMutedUsers, unmuteFor } from '../repo/muted-users.ts'

export default route<typeof unmuteUser, Context, Tx>(unmuteUser, async ({ input, tx, granted, actor }) => {
  const { muted_user_id: person } = input
  // Who is muted and not seen any more can be unmuted.
  if (!(await unmuteFor(tx, granted, person)))
    throw badRequest((await isPerson(tx, actor, person)) ? 'User is not muted' : 'No such user')
  // As in muting: the later one tells of both.
  await hold(tx, null)
  const list = await readMutedUsers(tx, granted)
  await append(tx, null, [make(mutedUsersSet, { muted_users: list }, { users: [actor.userId] })])
  return {}
})
