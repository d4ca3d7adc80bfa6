import { maxMutedUsers, muteUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, mutedUsersSet } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { isPerson } from '../facts/people.ts'
import { muteFor, readMessagesOf, readMutedUsers } from '../repo/muted-users.ts'
import { unreadEvents } from '../rules/unread-events.ts'

export default route<typeof muteUser, Context, Tx>(muteUser, async ({ input, tx, granted, actor, ctx }) => {
  const { muted_user_id: person } = input
  if (person === actor.userId) throw badRequest('Cannot mute self')
  if (!(await isPerson(tx, actor, person))) throw badRequest('No such user')
  if (!(await muteFor(tx, granted, person, ctx.clock.now()))) throw badRequest('User already muted')
  const list = await readMutedUsers(tx, granted)
  if (list.length > maxMutedUsers) throw badRequest(`Too many people are muted (limit: ${maxMutedUsers})`)
  // What they send from here on is read when it is sent; what they sent before is read from here on.
  const messages = await readMessagesOf(tx, granted, person)
  await append(tx, null, [
    make(mutedUsersSet, { muted_users: list }, { users: [actor.userId] }),
    ...unreadEvents([{ userId: actor.userId, messages }]),
  ])
  return {}
})
