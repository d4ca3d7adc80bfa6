import { authorize, nobody } from '@parley/access'
import { avatarUrl, preparedIn, updateBot } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append, avatarChanged, make, type NewEvent, userRenamed, userRoleChanged } from '@parley/events'
import { type Handling, route } from '@parley/kit'
import { botTold } from '../bot-events.ts'
import type { AuthContext } from '../context.ts'
import { userFacts } from '../facts/user.ts'
import { giveBot } from '../give-bot.ts'
import { preferences } from '../present/bot.ts'
import { botRefusal, unknownBot } from '../present/refusal.ts'
import { keepBotAvatar, nextBotAvatar } from '../repo/avatars.ts'
import { readBot, readOwnerAddress } from '../repo/bots.ts'
import { renameUser, setRole } from '../repo/users.ts'
import { checkPreferences } from '../rules/bot.ts'
import { fullName } from '../rules/full-name.ts'
import { joinsRoleGroup, leavesRoleGroup } from '../rules/role-group.ts'

type Updating = Handling<typeof updateBot, AuthContext, OrmTx>

export default route<typeof updateBot, AuthContext, OrmTx>(
  updateBot,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.bot_id)) ?? nobody,
    hidden: unknownBot,
    denied: (_, reason) => botRefusal(reason),
  },
  async (updating) => {
    const { input, granted, rights, tx } = updating
    checkPreferences(input)
    const events = [
      ...(await renamed(updating)),
      ...(await roleChanged(updating)),
      ...(await depicted(updating)),
      ...(await giveBot(updating)),
    ]
    const bot = await readBot(tx, granted)
    const answer = {
      ...preferences,
      full_name: bot.full_name,
      avatar_url: avatarUrl(bot.user_id, bot.avatar_version),
      ...(input.bot_owner_id === undefined ? {} : { bot_owner: await readOwnerAddress(tx, granted) }),
    }
    if (events.length > 0) await append(tx, rights, events)
    return answer
  },
)

async function renamed({ input, granted, tx }: Updating): Promise<NewEvent[]> {
  if (input.full_name === undefined) return []
  const name = fullName(input.full_name)
  if (!(await renameUser(tx, granted, name))) return []
  const { userId: user_id, botOwnerId } = granted.object
  return [
    make(userRenamed, { user_id, full_name: name }),
    ...(await botTold(tx, botOwnerId, { op: 'update', bot: { user_id, full_name: name } })),
  ]
}

async function depicted({ input: { image }, granted, tx }: Updating): Promise<NewEvent[]> {
  if (image === undefined) return []
  const { actor, object } = granted
  const { userId: user_id, botOwnerId } = object
  const version = await nextBotAvatar(tx, granted)
  await keepBotAvatar(tx, granted, user_id, preparedIn(image))
  return [
    make(avatarChanged, { user_id, version, uploaded: true, by: actor.userId }),
    ...(await botTold(tx, botOwnerId, {
      op: 'update',
      bot: { user_id, avatar_url: avatarUrl(user_id, version) },
    })),
  ]
}

async function roleChanged({ input: { role }, granted, rights, tx }: Updating): Promise<NewEvent[]> {
  const { actor, object: target } = granted
  if (role === undefined) return []
  const verdict = authorize('bot:set-role', actor, { target, role }, rights)
  if (!verdict.ok) throw botRefusal(verdict.reason)
  if (role === target.role) return []
  const { vantage, waits, waited } = await setRole(tx, verdict.granted)
  const { userId } = target
  return [
    make(userRoleChanged, { user_id: userId, role, was: target.role, vantage, by: actor.userId }),
    ...(target.isActive
      ? [leavesRoleGroup(userId, target.role, waited), joinsRoleGroup(userId, role, waits)]
      : []),
  ]
}
