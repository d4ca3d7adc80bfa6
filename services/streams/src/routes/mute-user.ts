import { muteUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { mutePerson } from '../mute-person.ts'

export default route<typeof muteUser, Context, Tx>(muteUser, async (handling) => {
  const { input, granted, ctx } = handling
  const { muted_user_id: person } = input
  if (person === granted.actor.userId) throw badRequest('Cannot mute self')
  await mutePerson(ctx, handling, granted, person)
  return {}
})
