import type { Action, ActionObjects, Actor, Granted } from '@parley/access'
import type { Input, Operation, Principal, RequestFacts } from '@parley/api'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'

/** The proof a handler gets: none where the operation is public. */
export type GrantFor<O extends Operation> = O['access'] extends Action ? Granted<O['access']> : null
export type ObjectFor<O extends Operation> = O['access'] extends Action ? ActionObjects[O['access']] : null
/** Public operations may be called by nobody. */
type WhoFor<O extends Operation, T> = O['access'] extends Action ? T : T | null

/** What an operation works with before the decision. `ctx` is the service's own wiring. */
export interface Asking<O extends Operation, C, T extends Tx> {
  readonly input: Input<O>
  readonly principal: WhoFor<O, Principal>
  /** Who acts, read in this transaction. */
  readonly actor: WhoFor<O, Actor>
  /** The organisation's rights in this transaction's snapshot; `append` refuses where they have moved. */
  readonly rights: Rights
  readonly request: RequestFacts
  /** The operation's transaction; for `own` operations any use of it throws. */
  readonly tx: T
  readonly ctx: C
  /** Ends at the call's deadline or when the caller hangs up. */
  readonly signal: AbortSignal
}

/** What a handler works with: the same, and the proof. */
export type Handling<O extends Operation, C, T extends Tx> = Asking<O, C, T> & {
  readonly granted: GrantFor<O>
}
