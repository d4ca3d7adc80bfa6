import { type AccountFacts, authorize, type Granted, nobody } from '@parley/access'
import { updateUser } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, make, type NewEvent, userRenamed, userRoleChanged } from '@parley/events'
import { type Handling, route } from '@parley/kit'
import { botsLowered, botTold } from '../bot-events.ts'
import { changeProfile } from '../change-profile.ts'
import type { AuthContext } from '../context.ts'
import { userFacts } from '../facts/user.ts'
import { refusal, unknownUser } from '../present/refusal.ts'
import { lowerBotsOf } from '../repo/bots.ts'
import { renameUser, setRole } from '../repo/users.ts'
import { fullName } from '../rules/full-name.ts'
import { joinsRoleGroup, leavesRoleGroup } from '../rules/role-group.ts'

type Updating = Handling<typeof updateUser, AuthContext, OrmTx>

export default route<typeof updateUser, AuthContext, OrmTx>(
  updateUser,
  {
    object: async ({ tx, input }) => (await userFacts(tx, input.user_id)) ?? nobody,
    hidden: unknownUser,
    denied: (_, reason) => refusal(reason),
  },
  async (updating) => {
    const { input, rights, tx } = updating
    // The operator lets nobody do it yet.
    if (input.new_email !== undefined) throw badRequest('User not authorized to change user emails')
    const events = [
      ...(await renamed(updating)),
      ...(await roleChanged(updating)),
      ...(await described(updating)),
    ]
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)

async function renamed({ input, granted, tx }: Updating): Promise<NewEvent[]> {
  if (input.full_name === undefined) return []
  const name = fullName(input.full_name)
  if (!(await renameUser(tx, granted, name))) return []
  const { userId: user_id, botOwnerId } = granted.object
  return [
    make(userRenamed, { user_id, full_name: name }),
    ...(botOwnerId === null
      ? []
      : await botTold(tx, botOwnerId, { op: 'update', bot: { user_id, full_name: name } })),
  ]
}

/** The proof that the account may get the role that is asked for; null where it has that, or none is. @throws AppError where it may not */
async function newRole({
  input: { role },
  granted,
  rights,
  tx,
}: Updating): Promise<Granted<'user:set-role'> | null> {
  if (role === undefined) return null
  const target: AccountFacts = (await userFacts(tx, granted.object.userId)) ?? nobody
  const verdict = authorize('user:set-role', granted.actor, { target, role }, rights)
  if (!verdict.ok) throw refusal(verdict.reason)
  return role === target.role ? null : verdict.granted
}

async function roleChanged(updating: Updating): Promise<NewEvent[]> {
  const allowed = await newRole(updating)
  if (!allowed) return []
  const { actor, object } = allowed
  const { target, role } = object
  const { tx } = updating
  const { vantage, waits, waited } = await setRole(tx, allowed)
  const { userId } = target
  const changed = { user_id: userId, role, was: target.role, vantage, by: actor.userId }
  // Groups show nobody who is not in use.
  const groups = target.isActive
    ? [leavesRoleGroup(userId, target.role, waited), joinsRoleGroup(userId, role, waits)]
    : []
  // None stands above its owner.
  const bots = botsLowered(await lowerBotsOf(tx, allowed), role, actor.userId)
  return [make(userRoleChanged, changed), ...groups, ...bots]
}

/** Last, for it takes the head. */
async function described({
  input,
  granted,
  rights,
  request,
  tx,
  ctx,
  signal,
}: Updating): Promise<NewEvent[]> {
  if (input.profile_data === undefined || input.profile_data.length === 0) return []
  if (granted.object.isBot) throw badRequest('Bots have no profile')
  const by = { renderer: ctx.renderer, signal }
  return changeProfile(tx, granted, rights, input.profile_data, request.url, by)
}
