import type { OrgId } from '@parley/core'
import type { ChannelAtom } from './actions/channel.ts'
import { allow, allowIf, type Decision, hide, type Reason } from './decision.ts'
import type { ChannelFacts, MessageFacts } from './facts.ts'
import { all, atom, holds, not, type Predicate } from './predicate.ts'

/** Somebody without an account, who looks at an organisation: of no role and in no group. */
export interface Spectator {
  readonly orgId: OrgId
  /** Do the server and the organisation let anybody look (`enable_spectator_access`)? */
  readonly letIn: boolean
  /** Who it was that wrote is told to guests, so to spectators too: is there nobody whom guests do not see? */
  readonly seesWriters: boolean
}

export type SpectatorAtom = Extract<ChannelAtom, 'web-public' | 'private' | 'shared-history' | 'archived'>

/** What of an organisation's channels spectators see (permissions §2); a check in the database says half of it once more. */
export const spectatorChannels: Predicate<SpectatorAtom> = all(
  atom('web-public'),
  not(atom('private')),
  atom('shared-history'),
  not(atom('archived')),
)

const spectatorAtoms = (channel: ChannelFacts): Record<SpectatorAtom, boolean> => ({
  'web-public': channel.isWebPublic,
  private: channel.inviteOnly,
  'shared-history': channel.historyPublicToSubscribers,
  archived: channel.archived,
})

/** What spectators do, and to what. All else they may not: there is no rule that lets them. */
export interface SpectatorObjects {
  /** Being there at all. Lists: the predicate decides row by row. */
  'spectator:look': null
  'spectator:channel': ChannelFacts
  'spectator:message': MessageFacts
}
export type SpectatorAction = keyof SpectatorObjects

const look = (spectator: Spectator): Decision => allowIf(spectator.letIn, hide('spectators-off'))

function channel(spectator: Spectator, facts: ChannelFacts): Decision {
  if (facts.orgId !== spectator.orgId) return hide('other-org')
  return allowIf(holds(spectatorChannels, spectatorAtoms(facts)), hide('unknown-channel'))
}

const rules: {
  readonly [A in SpectatorAction]: (spectator: Spectator, object: SpectatorObjects[A]) => Decision
} = {
  'spectator:look': allow,
  'spectator:channel': channel,
  'spectator:message': (spectator, message) => {
    if (message.orgId !== spectator.orgId) return hide('other-org')
    return message.channel ? channel(spectator, message.channel) : hide('no-history')
  },
}

/** Names of all of them, for tests and the printed policy table. */
export const spectatorActions = Object.keys(rules) as readonly SpectatorAction[]

/** Decides one action of a spectator on one object. Every refusal is answered alike: as to who is not logged in. */
export function decideForSpectator<A extends SpectatorAction>(
  action: A,
  spectator: Spectator,
  object: SpectatorObjects[A],
): Decision {
  const there = look(spectator)
  return there.ok ? rules[action](spectator, object) : there
}

/** As `Proof` of accounts: in no object literal, and in no copy. */
declare class ShownProof<A extends SpectatorAction> {
  private readonly shown: A
}

/** Proof that spectators may see this object. Only `show` makes one, and no function for accounts takes it. */
export interface Shown<A extends SpectatorAction> extends ShownProof<A> {
  readonly action: A
  readonly spectator: Spectator
  readonly object: SpectatorObjects[A]
}

export type ShownVerdict<A extends SpectatorAction> =
  | { readonly ok: true; readonly shown: Shown<A> }
  | { readonly ok: false; readonly kind: 'deny' | 'hide'; readonly reason: Reason }

/** Decides and, where it is allowed, makes the proof that repositories ask for. */
export function show<A extends SpectatorAction>(
  action: A,
  spectator: Spectator,
  object: SpectatorObjects[A],
): ShownVerdict<A> {
  const decision = decideForSpectator(action, spectator, object)
  if (!decision.ok) return decision
  return { ok: true, shown: { action, spectator, object } as Shown<A> }
}
