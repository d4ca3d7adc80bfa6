import {
  type Actor,
  type Decision,
  decide,
  holdsOfRealm,
  realmGroupSettings,
  type SendTarget,
  systemGroupId,
} from '@parley/access'
import type { Principal } from '@parley/api'
import { type AppError, badRequest, orgId, userId } from '@parley/core'
import type { ActorAndRights } from '@parley/db'
import { StaleRights } from '@parley/events'
import { type Named, noSuchChannel } from '../rules/recipient.ts'
import type { FactsCache } from './cache.ts'
import { actorOf, type Ask, type Found, targetOf } from './send-facts.ts'

/** A target as the rule decides on it, and what it was read from. */
export interface Target {
  readonly object: SendTarget
  readonly found: Found
  /** By id, whatever the sender named: compared again behind the head. */
  readonly ask: Ask & ({ readonly channel: number } | { readonly users: readonly number[] })
}

export interface TargetOptions {
  readonly fresh?: boolean
  readonly unknown?: (named: Named & { kind: 'channel' }) => AppError
}

/** Targets that guards found, by the object the rule decided on. */
export type FoundTargets = WeakMap<SendTarget, Target>

/** What a guard found where the rule decided on `object`. @throws Error where no guard did */
export function foundTarget(targets: FoundTargets, object: SendTarget): Target {
  const target = targets.get(object)
  if (!target) throw new Error('decided on a target that no guard found')
  return target
}

/**
 * Who acts, from memory. What memory would refuse is read again first, so that a right just given counts at once.
 * @throws AppError UNAVAILABLE when the database is not there
 */
export async function findActor(facts: FactsCache, principal: Principal): Promise<ActorAndRights> {
  const org = orgId(principal.org)
  const ask = { user: userId(principal.user) }
  const known = await facts.get(org, ask)
  const actor = actorOf(org, known.facts)
  if (known.fresh || (actor?.isActive && actor.generation === principal.generation))
    return { actor, rights: known.rights }
  const now = await facts.get(org, ask, { fresh: true })
  return { actor: actorOf(org, now.facts), rights: now.rights }
}

/**
 * For what is not held against the facts behind the head: reads who acts again.
 * @throws StaleRights where the actor has changed since it was read
 */
export async function stillIs(facts: Pick<FactsCache, 'get'>, actor: Actor): Promise<void> {
  const now = await facts.get(actor.orgId, { user: actor.userId }, { fresh: true })
  if (!same(actor, actorOf(actor.orgId, now.facts))) throw new StaleRights()
}

/**
 * Finds whom a message is for. What memory would refuse is read again first.
 * @param options `fresh` reads everything again: for what is not held against the facts behind the head; `unknown` is
 *   said of a channel that is not there, unless that of a send
 * @throws AppError for people or channels that do not exist or may not be known, and for deactivated people;
 *   StaleRights where the actor has changed since it was read
 */
export async function findTarget(
  facts: Pick<FactsCache, 'get'>,
  actor: Actor,
  named: Named,
  { fresh = false, unknown = noSuchChannel }: TargetOptions = {},
): Promise<Target> {
  const ask = askOf(actor, named)
  const known = await facts.get(actor.orgId, ask, { fresh })
  const remembered = known.fresh || onlyAsBegun(actor, known) ? null : targetIn(actor, known)
  if (
    remembered &&
    same(actor, actorOf(actor.orgId, known.facts)) &&
    decide('message:send', actor, remembered.object).ok &&
    whole(actor, named, known)
  )
    return remembered
  const now = known.fresh ? known : await facts.get(actor.orgId, ask, { fresh: true })
  // Both were read under their own rights; a decision stands on one state of the actor only.
  if (!same(actor, actorOf(actor.orgId, now.facts))) throw new StaleRights()
  return existing(actor, named, now, unknown)
}

function existing(
  actor: Actor,
  named: Named,
  found: Found,
  unknown: NonNullable<TargetOptions['unknown']>,
): Target {
  if (named.kind === 'people') {
    const missing = missingOf(actor, named, found)
    if (missing !== undefined) throw badRequest(missing)
    const gone = found.facts.people?.find((person) => !person.active)
    if (gone) throw badRequest(`'${gone.name}' is no longer using Zulip.`)
  }
  const target = targetIn(actor, found)
  if (!target) throw named.kind === 'channel' ? unknown(named) : badRequest('Message must have recipients')
  const decision = decide('message:send', actor, target.object)
  if (!decision.ok && decision.kind === 'deny') throw denied(actor, decision, found)
  return target
}

/** What whoever may not send is told. */
function denied(actor: Actor, { reason }: Decision & { ok: false }, { facts }: Found): AppError {
  if (facts.channel) return badRequest(`Not authorized to send to channel '${facts.channel.name}'`)
  switch (reason) {
    case 'direct-not-begun':
      return badRequest('You do not have permission to initiate direct message conversations.')
    case 'direct-not-permitted':
      return badRequest(
        Number(actor.realmGroups.direct_message_permission_group) === systemGroupId['role:nobody']
          ? 'Direct messages are disabled in this organization.'
          : 'This conversation does not include any users who can authorize it.',
      )
    default:
      return badRequest('Insufficient permission')
  }
}

/** May the actor write to these people only because somebody has? Messages go without moving rights: it is read again. */
const onlyAsBegun = (actor: Actor, { facts }: Found): boolean =>
  facts.begun && !holdsOfRealm(actor, 'direct_message_initiator_group')

const askOf = ({ userId: user }: Actor, named: Named): Ask => {
  if (named.kind === 'channel') return 'id' in named ? { user, channel: named.id } : { user, name: named.key }
  return 'ids' in named ? { user, users: named.ids } : { user, emails: named.emails }
}

function targetIn(actor: Actor, found: Found): Target | null {
  const object = targetOf(actor.orgId, found.facts)
  if (!object) return null
  const { channel, people } = found.facts
  const user = actor.userId
  if (people) return { object, found, ask: { user, users: people.map(({ id }) => id) } }
  return channel && { object, found, ask: { user, channel: channel.id } }
}

const whole = (actor: Actor, named: Named, found: Found): boolean =>
  named.kind === 'channel' || missingOf(actor, named, found) === undefined

/** What is said of the first one named who does not exist, or whom the actor does not see. */
function missingOf(actor: Actor, named: Named & { kind: 'people' }, { facts }: Found): string | undefined {
  const { orgId } = actor
  const people = (facts.people ?? []).filter(
    ({ id, bot, met }) => decide('user:see', actor, { orgId, userId: userId(id), isBot: bot, met }).ok,
  )
  if ('ids' in named) {
    const ids = new Set(people.map(({ id }) => id))
    const missing = named.ids.find((id) => !ids.has(id))
    return missing === undefined ? undefined : `Invalid user ID ${missing}`
  }
  const emails = new Set(people.map(({ email }) => email.toLowerCase()))
  const missing = named.emails.find((email) => !emails.has(email))
  return missing === undefined ? undefined : `Invalid email '${missing}'`
}

const same = (a: Actor, b: Actor | null): boolean =>
  b !== null &&
  a.role === b.role &&
  a.isActive === b.isActive &&
  a.isBot === b.isBot &&
  a.botOwnerId === b.botOwnerId &&
  a.generation === b.generation &&
  a.groups.size === b.groups.size &&
  [...a.groups].every((group) => b.groups.has(group)) &&
  realmGroupSettings.every((name) => a.realmGroups[name] === b.realmGroups[name])
