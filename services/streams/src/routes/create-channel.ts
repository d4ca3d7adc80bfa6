import { createChannel } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { actingIn } from '../acting.ts'
import type { Context } from '../context.ts'
import { findPeople } from '../facts/people.ts'
import { madeEvents, makeChannel, prepareMaking } from '../make-channel.ts'
import { writeMemberships } from '../memberships.ts'
import { makeMoves } from '../moves.ts'
import { renderDescription } from '../present/description.ts'
import { channelOf } from '../repo/channels.ts'
import { channelDescription, channelName } from '../rules/wanted-channels.ts'

export default route<typeof createChannel, Context, Tx>(createChannel, async (handled) => {
  const { input, tx, actor, request } = handled
  const name = channelName(input.name)
  const description = channelDescription(input.description)
  const acting = actingIn(handled)
  // Whoever makes it is in it only where they say so.
  const people = await findPeople(tx, actor, input.subscribers)
  if (!people) throw badRequest('No such user')
  const others = people.some((person) => person.userId !== actor.userId)
  const making = await prepareMaking(acting, input, request.url, others)
  const described = renderDescription({ ...acting, url: request.url }, description)
  const proof = await makeChannel(acting, making, { name, description: described })
  if (!proof) throw channelExists(name)
  const coming = { kind: 'coming' as const, by: actor.userId, people, color: null, proof }
  const joinings = await makeMoves(tx, [coming], acting.now)
  await writeMemberships(acting, joinings, await madeEvents(acting, making))
  return { id: channelOf(proof) }
})

const channelExists = (name: string): AppError =>
  new AppError('CHANNEL_ALREADY_EXISTS', `Channel '${name}' already exists`, { data: { channel_name: name } })
