import { authorize, systemGroupId } from '@parley/access'
import { maxBotsOfPerson, type updateBot } from '@parley/api'
import { badRequest, groupId, userId } from '@parley/core'
import { type OrmTx, readActor } from '@parley/db'
import { botChanged, botGiven, make, type NewEvent, reminderChanged, scheduledChanged } from '@parley/events'
import type { Handling } from '@parley/kit'
import { type AuthContext, now } from './context.ts'
import { administrators, countBots } from './facts/bots.ts'
import { userFacts } from './facts/user.ts'
import { botObject } from './present/bot.ts'
import { giveRefusal } from './present/refusal.ts'
import { endBotKeys, endLater, giveBot as changeOwner, readBot } from './repo/bots.ts'

type Giving = Handling<typeof updateBot, AuthContext, OrmTx>

/** Ids beyond the column's type are nobody's, and would be an error to ask for. */
const isId = (id: number): boolean => id <= 2_147_483_647

/**
 * Makes somebody else a bot's owner, and ends its keys and what it was to send later: whoever made it knows and wrote them,
 * and it may do from now on what its new owner may.
 * @returns what the log says of it
 * @throws AppError BAD_REQUEST for who may not have it
 */
export async function giveBot(giving: Giving): Promise<NewEvent[]> {
  const { input, granted, rights, tx, ctx } = giving
  const { bot_owner_id: to } = input
  const { actor, object } = granted
  if (to === undefined || to === object.botOwnerId) return []
  const target = (await userFacts(tx, object.userId)) ?? object
  const owner = isId(to) ? (await readActor(tx, userId(to))).actor : null
  const groups = (await readActor(tx, object.userId)).actor?.groups
  const full = groups?.has(groupId(systemGroupId['role:fullmembers'])) ?? false
  const verdict = authorize('bot:give', actor, { target, to: owner, full }, rights)
  if (!verdict.ok) throw giveRefusal(verdict.reason)
  const at = now(ctx.clock)
  if (object.isActive && (await countBots(tx, to)).own >= maxBotsOfPerson) throw badRequest('Too many bots.')
  await changeOwner(tx, verdict.granted, userId(to))
  const generation = await endBotKeys(tx, granted, at)
  const later = await endLater(tx, verdict.granted)
  const bot = await readBot(tx, granted)
  const admins = await administrators(tx)
  const told = (user: number | null): boolean => user !== null && admins.every((admin) => admin !== user)
  const user_id = object.userId
  const was = object.botOwnerId
  return [
    make(botGiven, { user_id, owner_id: to, was, generation, by: actor.userId }),
    ...(was !== null && told(was)
      ? [make(botChanged, { op: 'delete', bot: { user_id } }, { users: [was] })]
      : []),
    ...(told(to) ? [make(botChanged, { op: 'add', bot: botObject(bot) }, { users: [userId(to)] })] : []),
    ...(admins.length === 0
      ? []
      : [make(botChanged, { op: 'update', bot: { user_id, owner_id: to } }, { users: admins })]),
    ...later.map(({ id, reminder }) =>
      reminder
        ? make(reminderChanged, { op: 'remove', reminder_id: id }, { users: [user_id] })
        : make(scheduledChanged, { op: 'remove', scheduled_message_id: id }, { users: [user_id] }),
    ),
  ]
}
