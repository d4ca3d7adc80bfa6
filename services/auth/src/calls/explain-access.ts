import {
  type Action,
  type ActionObjects,
  type Actor,
  decide,
  groupAtoms,
  isOwner,
  role,
} from '@parley/access'
import { type ExplainedAccess, explainAccessToPeople } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { readActor, readFullFrom, type Tx } from '@parley/db'
import { answer } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { groupFacts } from '../facts/group.ts'
import { hasMet } from '../facts/sight.ts'
import { userFacts } from '../facts/user.ts'

type Found = Pick<ExplainedAccess, 'facts' | 'decisions'>
const nothing: Found = { facts: null, decisions: [] }

export default answer<typeof explainAccessToPeople, AuthContext>(explainAccessToPeople, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx) => {
    const { actor } = await readActor(tx, userId(input.user))
    if (!actor) return { user: null, ...nothing }
    const { role: has, isActive: active, isBot: bot, groups } = actor
    const full_from = (await readFullFrom(tx, actor.userId))?.toISOString() ?? null
    const user = { role: has, active, bot, groups: [...groups].sort((a, b) => a - b), full_from }
    const found = await (input.kind === 'group' ? ofGroup(tx, actor, input.id) : ofUser(tx, actor, input.id))
    return { user, ...found }
  }),
)

/** @param how stands behind the action where it is decided in several ways */
function decided<A extends Action>(
  action: A,
  actor: Actor,
  object: ActionObjects[A],
  how = '',
): ExplainedAccess['decisions'][number] {
  const decision = decide(action, actor, object)
  const name = how === '' ? action : `${action} ${how}`
  return decision.ok
    ? { action: name, verdict: 'allow', reason: null }
    : { action: name, verdict: decision.kind, reason: decision.reason }
}

async function ofGroup(tx: Tx, actor: Actor, id: number): Promise<Found> {
  const group = await groupFacts(tx, id)
  if (!group) return nothing
  const members = { group, adds: 'nobody', removes: 'nobody' } as const
  return {
    facts: groupAtoms(actor, group),
    decisions: [
      decided('group:read', actor, null),
      decided('group:edit', actor, group),
      decided('group:change-members', actor, { ...members, adds: 'others' }, '(add others)'),
      decided('group:change-members', actor, { ...members, removes: 'others' }, '(remove others)'),
      decided('group:change-members', actor, { ...members, adds: 'oneself' }, '(join)'),
      decided('group:change-members', actor, { ...members, removes: 'oneself' }, '(leave)'),
    ],
  }
}

async function ofUser(tx: Tx, actor: Actor, id: number): Promise<Found> {
  const target = await userFacts(tx, id)
  if (!target) return nothing
  const met = await hasMet(tx, actor, target.userId)
  const setRole = (to: typeof role.owner | typeof role.member, how: string) =>
    decided('user:set-role', actor, { target, role: to }, how)
  return {
    facts: {
      active: target.isActive,
      bot: target.isBot,
      'own bot': target.botOwnerId === actor.userId,
      owner: target.role === role.owner,
      'last owner': target.isLastOwner,
      met,
      oneself: target.userId === actor.userId,
      'asked by an owner': isOwner(actor),
    },
    decisions: [
      ...(target.userId === actor.userId ? [decided('user:leave', actor, target)] : []),
      decided('user:deactivate', actor, target),
      decided('user:reactivate', actor, target),
      decided('user:rename', actor, target),
      decided('user:see', actor, { ...target, met }),
      setRole(role.owner, '(owner)'),
      setRole(role.member, '(member)'),
      ...(target.isBot ? [decided('bot:manage', actor, target), decided('bot:end', actor, target)] : []),
    ],
  }
}
