import type { Rights } from '@parley/core'
import { channel } from 'node:diagnostics_channel'
import type { Action, ActionObjects } from './action-objects.ts'
import type { Actor } from './actor.ts'
import type { Reason } from './decision.ts'
import { decide } from './rules.ts'

/** A private member is in no object literal and, other than a symbol, in no spread copy either. */
declare class Proof<A extends Action> {
  private readonly proof: A
}

/** Proof that this actor may do this action to this object under these rights. Only `authorize` makes one. */
export interface Granted<A extends Action> extends Proof<A> {
  readonly action: A
  readonly actor: Actor
  readonly object: ActionObjects[A]
  readonly rights: Rights
}

export type Verdict<A extends Action> =
  | { readonly ok: true; readonly granted: Granted<A> }
  | { readonly ok: false; readonly kind: 'deny' | 'hide'; readonly reason: Reason }

const decisions = channel('parley:decided')

/** Has somebody told of each decision that a proof may come of, in the call that it is made for: `{ action, ok }`. */
export function onDecided(told: (decided: unknown) => void): () => void {
  decisions.subscribe(told)
  return () => {
    decisions.unsubscribe(told)
  }
}

/** Decides and, where it is allowed, makes the proof that repositories ask for. */
export function authorize<A extends Action>(
  action: A,
  actor: Actor,
  object: ActionObjects[A],
  rights: Rights,
): Verdict<A> {
  const decision = decide(action, actor, object)
  if (decisions.hasSubscribers) decisions.publish({ action, ok: decision.ok })
  if (!decision.ok) return decision
  return { ok: true, granted: { action, actor, object, rights } as Granted<A> }
}

/**
 * The proof for who may always, by a rule that a test of its own holds, such as the server's operator.
 * @throws Error where they may not after all: a fault of ours
 */
export function sure<A extends Action>(verdict: Verdict<A>): Granted<A> {
  if (verdict.ok) return verdict.granted
  throw new Error(`what is always allowed was refused: ${verdict.reason}`)
}
